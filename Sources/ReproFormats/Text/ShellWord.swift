// Makes a string from outside one word of a command line that a person can copy.

extension Text {
    /// The string as a word of a POSIX shell: as it is where that is safe, else in quotes. What begins with `-` is a path here, so
    /// that `./` keeps it from being an option.
    public static func shellWord(_ word: String) -> String {
        let plain = word.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_./".utf8.contains($0)
        }
        if plain && !word.isEmpty && !word.hasPrefix("-") { return word }
        let start = word.hasPrefix("-") ? "./" : ""
        return start + "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}

/// Paths as text: goldens and configurations name files relative to themselves.
public enum Paths {
    /// `path` as it is where it is absolute, else below `folder`.
    public static func resolve(_ path: String, against folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : folder + "/" + path
    }

    /// The folder that a file stands in; `.` for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path of a folder without slashes at its end, which mean nothing.
    public static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        return String(path)
    }

    /// Whether a folder has the path, links followed; nil where nothing has it.
    public static func isFolder(_ path: String) -> Bool? {
        (try? Platform.status(at: path)).map { $0.kind == .directory }
    }
}

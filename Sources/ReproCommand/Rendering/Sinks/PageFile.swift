import Repro

/// A file that is to become a page.
enum PageFile {
    /// What is a page may be replaced; whatever else a slip of the hand names may not.
    ///
    /// - Throws: `CommandLineError`, 64, for a name that does not end in .html; `FormatError` where nothing can be written there.
    static func verify(_ path: String, option: String) throws {
        try Paths.verifyPlace(path, replacing: true)
        let isDevice = Paths.isFolder(path) != nil && !Paths.isRegularFile(path)
        guard path.hasSuffix(".html") || path.hasSuffix(".htm") || isDevice else {
            throw usage("\(option) is '\(path)'; name a file that ends in .html")
        }
    }
}

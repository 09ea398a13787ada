import Foundation

/// Programs that some tests need and a machine may lack.
enum Programs {
    static let haveGit = start("git --version")
    static let haveMake = start("make --version")
    static let havePython = start("python3 --version")
    /// Python with its reader of YAML.
    static let haveYAML = start("python3 -c 'import yaml'")

    private static func start(_ command: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(command) >/dev/null 2>&1"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

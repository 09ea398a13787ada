import Foundation
import Repro

/// The goldens of programs that are not ours, as cases of `repro check`.
struct ProgramCases {
    private let file: ProgramGoldenFile
    private let goldens: [ProgramGolden]
    private let folder: GoldenFolder

    /// - Throws: `CommandLineError`, 2, where they cannot be read: a check that leaves some out is no success.
    init(_ folder: GoldenFolder) throws {
        self.folder = folder
        file = ProgramGoldenFile(goldens: folder.path)
        do { goldens = try file.goldens() } catch {
            throw CommandLineError(message: "\(error)", code: .notJudged)
        }
    }

    /// Takes goldens out, and the outputs that are kept of them.
    func remove(_ names: [String]) throws {
        guard !names.isEmpty else { return }
        try file.write(goldens.filter { !names.contains($0.name.text) })
        for golden in goldens where names.contains(golden.name.text) { try file.removeOutputs(of: golden) }
    }

    var names: [String] { goldens.map(\.name.text) }

    /// The verdict on the program of a name; nil for an experiment's name.
    func judged(_ name: String, width: Int, _ context: Context) throws -> JudgedCase? {
        guard let golden = goldens.first(where: { $0.name.text == name }) else { return nil }
        let processes = context.interruption.processes
        processes.adoptOrphans()
        context.messages.progress("\(name): \(golden.configuration.command.map(Text.shellWord).joined(separator: " "))")
        let place = Paths.resolve(golden.directory, against: Paths.folder(of: folder.path))
        let directory = URL(fileURLWithPath: place).standardizedFileURL.path
        return ProgramFindings(
            try ProgramCheck.judge(golden, in: directory, file: file, of: processes), file: file.path, width: width
        ).judged
    }
}

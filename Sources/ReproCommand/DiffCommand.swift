import Foundation
import Repro

/// `repro diff A B`: where two runs, or two files of tensors, part.
enum DiffCommand: Command {
    static let specification = CommandSpecification(
        name: "diff", summary: "Shows the first divergence of two runs or two files of tensors", operands: "A B",
        options: [],
        notes: [
            "A and B are run directories, or safetensors or npy files. Exit code: 0 equal, 1 different.",
            "`repro run --trace tensor` makes run directories that tell the first tensor of every stage.",
        ])

    /// The files of a run directory that hold tensors.
    private static let tensorFiles = ["model.safetensors", "outputs.safetensors"]

    static func run(_ context: Context) throws -> Int32 {
        let operands = context.arguments.operands
        guard operands.count == 2 else { throw CommandLineError.usage("name two runs or two files: repro diff A B") }
        let (a, b) = (operands[0], operands[1])
        for path in operands where !FileManager.default.fileExists(atPath: path) {
            throw FormatError(.noInput, path: path, problem: "no such file or folder", remedy: "check the path")
        }
        guard isFolder(a) == isFolder(b) else {
            throw CommandLineError.usage("'\(a)' and '\(b)' are not of one kind; name two run directories or two files")
        }
        var drift: Drift?
        var pairs = [(name: "", a: a, b: b)]
        if isFolder(a) {
            let hashing = Hashing(kernels: try context.engine().kernels)
            let before = try RecordedRun(path: a + "/run.json", hashing: hashing)
            let after = try RecordedRun(path: b + "/run.json", hashing: hashing)
            drift = Drift(expected: (before.root, before.stages), found: (after.root, after.stages))
            pairs = tensorFiles.map { ($0, a + "/" + $0, b + "/" + $0) }
        }
        var differences: [(file: String, tensor: TensorDifference)] = []
        for (name, before, after) in pairs {
            let found = try TensorDifference.all(try ArrayFile(path: before), try ArrayFile(path: after))
            differences += found.map { (name, $0) }
        }
        if context.format == .json {
            try context.print(json(drift, differences))
        } else {
            try write(drift, differences, context)
        }
        return drift == nil && differences.isEmpty ? ExitCode.success : 1
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func write(
        _ drift: Drift?, _ differences: [(file: String, tensor: TensorDifference)], _ context: Context
    ) throws {
        if drift == nil && differences.isEmpty {
            try Output.line("equal, bit for bit")
            return
        }
        if let drift {
            for line in DriftText(palette: context.palette).lines(drift) { try Output.line(line) }
            try Output.line()
        }
        for (file, tensor) in differences {
            let place = file.isEmpty ? "" : context.palette.faint("  \(file)")
            try Output.line("  " + context.palette.bad(tensor.name) + place)
            try Output.line("    " + TensorDifferenceText.line(tensor))
        }
    }

    private static func json(
        _ drift: Drift?, _ differences: [(file: String, tensor: TensorDifference)]
    ) -> JSONValue {
        let tensors = differences.map { file, tensor in
            JSONValue.object(
                [
                    .init("file", .string(file)), .init("name", .string(tensor.name)),
                    .init("difference", .string(TensorDifferenceText.line(tensor))),
                ] + TensorDifferenceText.members(tensor))
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)),
            .init("equal", .bool(drift == nil && differences.isEmpty)),
            .init("drift", drift.map(DriftText.json) ?? .null),
            .init("tensors", .array(tensors)),
        ])
    }
}

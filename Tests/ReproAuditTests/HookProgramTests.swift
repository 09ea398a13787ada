import Foundation
import ReproFormats
import Testing

import ReproAudit

/// Programs traced by the hook that the command carries. The part with PyTorch runs where `REPRO_TORCH_PYTHON` names an
/// interpreter that has it; the rest where there is a `python3`.
@Suite struct HookProgramTests {
    private static let torch = ProcessInfo.processInfo.environment["REPRO_TORCH_PYTHON"].flatMap {
        $0.isEmpty ? nil : $0
    }

    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try HookFiles.write(to: folder + "/hook")
    }

    /// Runs a program below the hook and reads its trace.
    private func traced(
        _ program: String, _ name: String, _ mode: TracedRun.Mode, python: String = "python3",
        variables: [String: String] = [:]
    ) throws -> TracedRun? {
        let trace = folder + "/" + name
        try FileManager.default.createDirectory(atPath: trace, withIntermediateDirectories: true)
        try Data(program.utf8).write(to: URL(fileURLWithPath: folder + "/program.py"))
        var environment = ProcessInfo.processInfo.environment
        for (name, value) in TracedRun.environment(hook: folder + "/hook", directory: trace, mode: mode) {
            environment[name] = value
        }
        environment.merge(variables) { $1 }
        guard try run([python, folder + "/program.py"], environment) == 0 else { return nil }
        return try TracedRun(contentsOf: trace)
    }

    private func run(_ command: [String], _ environment: [String: String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func whatTheHookWritesIsReadBack() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = "import random\nrandom.seed(7)\nprint(random.random())\n"
        guard let run = try traced(program, "a", .steps) else { return }
        #expect(run.faults == nil)
        let process = try #require(run.processes.first)
        #expect((process.identity, process.ending) == ("0", .whole))
        #expect(process.seeds.map(\.value) == ["7"])
        #expect(process.seeds.first?.moment.at?.line == 2)
        let other = try #require(try traced(program.replacingOccurrences(of: "7", with: "8"), "b", .steps))
        #expect(try FirstOperation.locate(run, other) == nil)
    }

    private static let bidirectional = """
        import torch
        from torch import nn
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(42)
        lstm = nn.LSTM(64, 128, num_layers=2, bidirectional=True, batch_first=True)
        head = nn.Linear(256, 5)
        inputs = torch.rand(32, 20, 64)
        targets = torch.randint(0, 5, (32,))
        optimizer = torch.optim.Adam(list(lstm.parameters()) + list(head.parameters()), lr=1e-3)
        for _ in range(2):
            optimizer.zero_grad()
            _, (hidden, _) = lstm(inputs)
            nn.functional.cross_entropy(head(torch.cat([hidden[-2], hidden[-1]], 1)), targets).backward()
            optimizer.step()
        """

    @Test(.enabled(if: torch != nil)) func theGateOfABidirectionalLSTMIsNamed() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let python = try #require(HookProgramTests.torch)
        // oneDNN's instruction set alone, so that the first weights are the same.
        let sides = [("a", ["ONEDNN_MAX_CPU_ISA": "SSE41"]), ("b", ["ONEDNN_MAX_CPU_ISA": "AVX2"])]
        let program = HookProgramTests.bidirectional
        let steps = try sides.map {
            try #require(try traced(program, "steps-" + $0.0, .steps, python: python, variables: $0.1))
        }
        let window = FirstOperation.window(steps[0], steps[1])
        #expect(window == TraceWindow(step: 0, pass: 0))
        let runs = try sides.map {
            try #require(
                try traced(
                    program, "operations-" + $0.0, .operations(window, keep: 1 << 30), python: python, variables: $0.1))
        }
        #expect(runs.allSatisfy { $0.faults == nil })
        var finding = try #require(try FirstOperation.locate(runs[0], runs[1]))
        #expect(finding.kind == .operation)
        #expect((finding.name, finding.module, finding.line?.line) == ("aten::mkldnn_rnn_layer", "LSTM", 12))
        #expect(finding.gap?.ulp != nil && !finding.growth.isEmpty)
        #expect((finding.recurrent?.layer, finding.recurrent?.isReverse) == (0, false))

        let capsule = try #require(OperationCapsule(finding, runs[0], runs[1]))
        try capsule.write(to: folder + "/capsule")
        let probes = try zip(OperationCapsule.Side.allCases, sides).map { side, setting in
            let result = folder + "/result-" + setting.0
            let command = OperationCapsule.command(
                python: python, hook: folder + "/hook", folder: folder + "/capsule", side: side, result: result)
            #expect(try run(command, ProcessInfo.processInfo.environment.merging(setting.1) { $1 }) == 0)
            return try GateProbe(contentsOf: result)
        }
        #expect(probes[0].isRepeated(capsule.operation) && probes[1].isRepeated(capsule.other))
        finding.add(probes[0], probes[1])
        #expect(finding.recurrent?.gateBy == .probe && finding.recurrent?.gate != nil)
        #expect(finding.recurrent?.step == 0)
    }
}

import Foundation
import ReproFormats
import Testing

import ReproAudit

/// Traces are written here line by line, as the hook would, so that each test plants one difference.
@Suite struct TraceTests {
    private static let header =
        #"{"event":"process","format":1,"identity":"0","arguments":["python3","train.py"],"executable":"/usr/bin/python3","#
        + #""python":"3.11.7","byteorder":"little"}"#
    private static func digest(_ text: Character) -> String { String(repeating: text, count: 64) }

    private func run(_ lines: [String], header: String = header) throws -> TracedRun {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = ([header] + lines).map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: folder.appendingPathComponent("process-000000.jsonl"))
        return try TracedRun(contentsOf: folder.path)
    }

    private func operation(
        _ index: Int, _ name: String, inputs: [Character?], outputs: [Character?], generator: Character? = nil,
        from: Int? = nil, line: Int = 7
    ) -> String {
        func tensors(_ digests: [Character?], _ from: Int?) -> String {
            digests.map { digest in
                let text = digest.map { "\"\(TraceTests.digest($0))\"" } ?? "null"
                return #"{"digest":\#(text),"dtype":"float32","shape":[2],"from":\#(from.map(String.init) ?? "null")}"#
            }.joined(separator: ",")
        }
        let drawn = generator.map { #""generator":"\#(TraceTests.digest($0))","generatorName":"torch","# } ?? ""
        return #"{"event":"operation","index":\#(index),"name":"\#(name)","overload":"default","module":"Net.lstm","#
            + #""kind":"Linear","call":1,"at":{"file":"/a/train.py","line":\#(line),"function":"forward"},\#(drawn)"#
            + #""inputs":[\#(tensors(inputs, from))],"outputs":[\#(tensors(outputs, nil))],"step":0,"pass":0}"#
    }

    private func state(_ what: String, _ tensors: [String: Character], step: Int = 0, pass: Int = 0) -> String {
        let members = tensors.keys.sorted().map { "\"\($0)\":\"\(TraceTests.digest(tensors[$0]!))\"" }
        return #"{"event":"state","what":"\#(what)","step":\#(step),"pass":\#(pass),"at":null,"tensors":{"#
            + members.joined(separator: ",") + "}}"
    }

    @Test func theFirstOperationWithEqualInputsAndAnotherOutputIsTheCulprit() throws {
        let first = operation(0, "aten::mul", inputs: ["a"], outputs: ["b"])
        let a = try run([
            first, operation(1, "aten::addmm", inputs: ["b"], outputs: ["c"], line: 9),
            operation(2, "aten::sum", inputs: ["c"], outputs: ["d"]),
        ])
        let b = try run([
            first, operation(1, "aten::addmm", inputs: ["b"], outputs: ["e"], line: 9),
            operation(2, "aten::sum", inputs: ["e"], outputs: ["f"]),
        ])
        let finding = try #require(try FirstOperation.locate(a, b))
        #expect(finding.kind == .operation)
        #expect(finding.name == "aten::addmm")
        #expect(finding.line?.line == 9)
        #expect(finding.module == "Net.lstm")
        #expect(try FirstOperation.locate(a, a) == nil)
    }

    @Test func dataThatNoOperationMadeIsNamedAsData() throws {
        let a = try run([operation(0, "aten::mul", inputs: ["a"], outputs: ["b"])])
        let b = try run([operation(0, "aten::mul", inputs: ["c"], outputs: ["d"])])
        #expect(try FirstOperation.locate(a, b)?.kind == .data)
    }

    @Test func memoryReadBeforeItWasWrittenIsNamedByWhatMadeIt() throws {
        let fresh = operation(0, "aten::empty", inputs: [], outputs: [nil], line: 3)
        let a = try run([fresh, operation(1, "aten::sum", inputs: ["a"], outputs: ["b"], from: 0)])
        let b = try run([fresh, operation(1, "aten::sum", inputs: ["c"], outputs: ["d"], from: 0)])
        let finding = try #require(try FirstOperation.locate(a, b))
        #expect((finding.kind, finding.name, finding.line?.line) == (.state, "aten::empty", 3))
    }

    @Test func aGeneratorInAnotherStateIsNamedWhereItIsDrawnFrom() throws {
        let a = try run([operation(0, "aten::normal_", inputs: ["a"], outputs: ["b"], generator: "1")])
        let b = try run([operation(0, "aten::normal_", inputs: ["a"], outputs: ["c"], generator: "2")])
        let finding = try #require(try FirstOperation.locate(a, b))
        #expect((finding.kind, finding.name) == (.generator, "torch"))
        #expect(finding.detail?.contains("never seeded") == true)
    }

    @Test func generatorsThatNobodyDrewFromAreNoFinding() throws {
        let rest = [state("batch", ["args.0": "a"]), state("output", ["output": "b"])]
        let a = try run([state("generators", ["random": "1"]), state("generators", ["random": "1"])] + rest)
        let b = try run([state("generators", ["random": "2"]), state("generators", ["random": "2"])] + rest)
        #expect(try FirstOperation.locate(a, b) == nil)
    }

    @Test func aGeneratorThatWasDrawnFromExplainsOtherData() throws {
        let a = try run([
            state("generators", ["random": "1"]), state("generators", ["random": "3"]), state("batch", ["x": "a"]),
        ])
        let b = try run([
            state("generators", ["random": "2"]), state("generators", ["random": "4"]), state("batch", ["x": "b"]),
        ])
        let finding = try #require(try FirstOperation.locate(a, b))
        #expect((finding.kind, finding.name) == (.generator, "random"))
        #expect(finding.detail?.contains("batch x") == true)
    }

    @Test func runsThatTakeDifferentWaysComeTogetherAgain() throws {
        let first = operation(0, "aten::mul", inputs: ["a"], outputs: ["b"])
        func rest(_ from: Int, _ input: Character) -> [String] {
            (0..<6).map { operation(from + $0, "aten::add\($0)", inputs: [$0 == 0 ? input : "d"], outputs: ["d"]) }
        }
        let fused = operation(1, "aten::mkldnn_linear", inputs: ["b"], outputs: ["c"])
        let single = ["aten::t", "aten::mm"].enumerated().map {
            operation(1 + $0.offset, $0.element, inputs: ["b"], outputs: ["9"])
        }
        let a = try run([first, fused] + rest(2, "c"))
        // The same numbers on another way are harmless.
        #expect(try FirstOperation.locate(a, try run([first] + single + rest(3, "c"))) == nil)
        let finding = try #require(try FirstOperation.locate(a, try run([first] + single + rest(3, "e"))))
        #expect((finding.kind, finding.name, finding.otherName) == (.operation, "aten::mkldnn_linear", "aten::t"))
    }

    @Test func theWindowIsThePassThatGaveTheFirstDifference() throws {
        func steps(_ output: Character, _ gradient: Character) throws -> TracedRun {
            try run([
                state("batch", ["x": "a"], step: 3), state("output", ["y": "b"], step: 3),
                state("batch", ["x": "a"], step: 3, pass: 1), state("output", ["y": output], step: 3, pass: 1),
                state("gradients", ["w": gradient], step: 3, pass: 2), state("optimizer", ["w": "f"], step: 3, pass: 2),
            ])
        }
        let a = try steps("c", "d")
        #expect(FirstOperation.window(a, try steps("e", "e")) == TraceWindow(step: 3, pass: 1))
        #expect(FirstOperation.window(a, try steps("c", "e")) == TraceWindow(step: 3, pass: 1))
        #expect(FirstOperation.window(a, a) == TraceWindow(step: 4, pass: 0))
    }

    @Test func badAndCutTracesAreRefusedWithTheLine() throws {
        let good = operation(0, "aten::mul", inputs: ["a"], outputs: ["b"])
        for (lines, problem) in [
            ([good, "{\"event\":\"operation\"}"], "missing"), (["{\"event\":\"other\"}"], "no event"),
            (["{"], "line 2"),
            (["{\"event\":\"end\"}", good], "follows"),
            ([good.replacingOccurrences(of: "\"digest\":\"a", with: "\"digest\":\"x")], "no digest"),
            ([good.replacingOccurrences(of: "[2]", with: "[-2]")], "size"),
        ] {
            let error = #expect(throws: FormatError.self) { try run(lines) }
            #expect(error?.category == .badData)
            #expect(error.map { "\($0)" }?.contains(problem) == true, "\(String(describing: error))")
        }
        #expect(throws: FormatError.self) {
            try run([], header: TraceTests.header.replacingOccurrences(of: "\"format\":1", with: "\"format\":2"))
        }
        #expect(throws: FormatError.self) { try run([], header: "{\"event\":\"end\"}") }
    }

    @Test func distancesAreCountedInStepsOfTheTypeAcrossZero() {
        #expect(NumberType.float32.ulp(0x3f80_0000, 0x3f80_0003) == 3)
        #expect(NumberType.float32.ulp(0x8000_0000, 0) == 1)
        #expect(NumberType.float64.ulp(1.0.bitPattern, 1.0.nextUp.bitPattern) == 1)
        #expect(NumberType.float64.ulp((-1.0).bitPattern, 1.0.bitPattern) == 2 * 1.0.bitPattern + 1)
        #expect(NumberType.bfloat16.ulp(0x3f80, 0x3f81) == 1)
        #expect(NumberType.float32.ulp(0x7fc0_0000, 0) == nil)
        #expect(NumberType.int64.ulp(1, 2) == nil)
        let gap = TensorGap([0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 3, 0, 0, 0], type: .int32, shape: [1, 2])
        #expect(gap?.index == [0, 1])
        #expect((gap?.a, gap?.b, gap?.different) == ("1", "3", 1))
    }

    @Test func remediesAnswerCausesAndCarryTheirSources() {
        #expect(Remedy.answering(["threads"]).first?.name == "fixed-threads")
        #expect(Remedy.answering(["hash-seed"]).map(\.name) == ["hash-seed"])
        #expect(Remedy.table.allSatisfy { !$0.source.isEmpty && !($0.environment.isEmpty && $0.hook.isEmpty) })
        let both = Remedy.joined(Remedy.answering(["threads"]) + Remedy.answering(["instruction-set"]))
        #expect(both.hook.contains("threads=1"))
    }
}

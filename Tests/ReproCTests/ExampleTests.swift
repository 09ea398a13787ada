import Foundation
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// The example in C, built against the library and run, beside the same training in Swift.
@Suite struct ExampleTests {
    /// The folder of the dynamic library: beside the test bundle, or above its folders.
    static let library: String? = {
        let words = CommandLine.arguments
        let bundle = words.firstIndex(of: "--test-bundle-path").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        var folder = URL(fileURLWithPath: bundle ?? words[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        for _ in 0..<5 {
            for name in ["libReproC.so", "libReproC.dylib"]
            where FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) {
                return folder.path
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }()
    static let package = URL(fileURLWithPath: #filePath + "/../../..").standardizedFileURL.path

    static func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test(.enabled(if: library != nil, "no libReproC beside the tests; build it: swift build --product ReproC"))
    func theExampleInCTrainsToTheBitsOfTheEngine() throws {
        let library = try #require(Self.library)
        try withTemporaryDirectory { folder in
            let program = folder + "/example"
            let built = try Self.run(
                "clang",
                [
                    "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", Self.package + "/Sources/CRepro/include",
                    Self.package + "/Tests/ReproCTests/example.c", "-L", library, "-lReproC",
                    "-Wl,-rpath," + library, "-o", program,
                ])
            try #require(built.code == 0, "\(built.output)")
            for path in KernelPath.supported {
                let ending = try Self.run(program, [path.rawValue])
                #expect(ending.code == 0, "\(ending.output)")
                #expect(ending.output == (try Self.expected(path)), "\(path.rawValue)")
            }
            let ending = try Self.run(program, ["abacus"])
            #expect(ending.code == 1)
            #expect(
                ending.output.hasPrefix("status 1: kernels are “abacus”; expected one of auto, reference, portable"))
        }
    }

    /// What the example prints, by the engine in Swift.
    private static func expected(_ path: KernelPath) throws -> String {
        let engine = try Engine(path: path, threads: 1)
        let configuration = RecurrentConfiguration(cell: .lstm, inputSize: 4, hiddenSize: 5, bidirectional: true)
        var module = try Recurrent(configuration, streams: RandomStreams(seed: 42))
        // The linear list that the example keeps: every tensor has one axis in its digest.
        var stream = PCG64(seed: 42, .generatedData, key: 0)
        let input = Tensor(shape: [6, 3, 4], elements: stream.uniforms(72, from: -1, to: 1))
        var optimizer = Optimizer(
            TrainingOptions(optimizer: .adam, learningRate: 0.05, clipNorm: 0.1, batchSize: 3, epochs: 1),
            parameters: module.parameters)
        var (loss, norm): (Float, Double) = (0, 0)
        for _ in 1...20 {
            let (output, tape) = try module.forwardForTraining(
                input, lengths: [4, 6, 1], weights: module.weights(for: engine, backward: true), engine: engine)
            let value = try Loss.crossEntropy(
                output.hidden(layer: 0, direction: .forward), targets: [0, 3, 9], ignoreIndex: 9, engine: engine)
            loss = value.value[offset: 0]
            let hidden = Tensor(
                shape: [2, 3, 5], elements: Array(value.gradient.elements) + [Float](repeating: 0, count: 15))
            let gradients = try module.backward(tape, hidden: hidden, engine: engine).parameters
            var sum = 0.0
            for gradient in gradients { engine.kernels.sumOfSquares(gradient.view, into: &sum) }
            norm = sum.squareRoot()
            try optimizer.apply(gradients, to: &module.parameters, engine: engine)
        }
        let hashing = Hashing(engine: engine)
        let digest = hashing.node(
            name: "weights", streams: hashing.streams([]),
            children: module.parameters.map {
                hashing.tensor(name: $0.name, $0.value.reshaped([$0.value.count]))
            })
        return String(format: "loss %a norm %a digest ", Double(loss), norm) + digest.hexadecimal + "\n"
    }

    /// Whether the map of exports, the header, and what the library has under these names are one list.
    @Test func theExportsAreTheFunctionsOfTheHeader() throws {
        func names(_ path: String, _ pattern: Regex<(Substring, Substring)>) throws -> [String] {
            let text = try String(contentsOfFile: Self.package + path, encoding: .utf8)
            return text.matches(of: pattern).map { String($0.output.1) }
        }
        let declared = try ["base", "layers", "training"].flatMap {
            try names("/Sources/CRepro/include/repro/\($0).h", /(?m)^[a-z].*?\b(repro_[a-z_]+)\(/)
        }
        #expect(declared.count > 20)
        #expect(try names("/Sources/CRepro/librepro.map", /(?m)^ {8}(\w+);$/) == declared.sorted())
        guard let library = Self.library else { return }
        let symbols = try Self.run("nm", ["-D", "--defined-only", library + "/libReproC.so"])
        guard symbols.code == 0 else { return }
        let found = symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(declared.filter { !found.contains($0) } == [])
    }
}

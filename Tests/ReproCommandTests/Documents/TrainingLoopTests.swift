import Foundation
import Repro
import Testing

/// The article "A training loop of your own": its code is what runs here, and does what it says.
struct TrainingLoopTests {
    private let article = Documents.catalogue + "Using/TrainingLoop.md"

    /// A pin of our own output: what this very loop gave when the article was written.
    private let golden = "0e3c851f3d42e346854f905b370c80874884e215bb810e24f3543f6f712c4dcb"

    @Test func theLoopGivesItsGolden() throws {
        for threads in [1, 2] {
            let (_, trace) = try train(steps: 40, seed: 42, engine: Engine(threads: threads))
            #expect(trace.root.hexadecimal == golden)
        }
    }

    @Test func theLoopLearns() throws {
        let engine = try Engine(threads: 1)
        let model = try train(steps: 400, seed: 42, engine: engine).model
        let (input, targets) = drawBatch(1_000, from: RandomStreams(seed: 1))
        let logits = try model.linear.forward(model.lstm(input, engine: engine).final(), engine: engine)
        let found = targets.indices.map { logits[$0, 1] > logits[$0, 0] ? 1 : 0 }
        #expect(zip(found, targets).count { $0 == $1 } >= 7, "\(found) for \(targets)")
    }

    /// Every block of Swift in the article stands in the code that is run, or in this file.
    @Test func theArticleShowsTheCodeThatRuns() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let code = try ["TrainingLoop.swift", "TrainingLoopTests.swift"].map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }.joined()
        func lines(_ text: some StringProtocol) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let whole = "\n" + lines(code).joined(separator: "\n") + "\n"
        let blocks = try Documents.text(article).components(separatedBy: "\n```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        #expect(blocks.count >= 5)
        for block in blocks {
            #expect(whole.contains("\n" + lines(block).joined(separator: "\n") + "\n"), "not run:\n\(block)")
        }
    }
}

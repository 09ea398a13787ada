import Foundation
import Repro
import ReproTestSupport
import Synchronization
import Testing

/// An honest folder of goldens to be tampered with, and what a check and a bless make of it then.
struct Tampering {
    private let engine: Engine
    private let runner: ExperimentRunner

    init() throws {
        engine = try Engine(threads: 1)
        let cache = RunCache()
        runner = { try cache.result(of: $0, seed: $1, engine: $2, options: $3) }
    }

    /// Runs each experiment once for all forgeries of its golden.
    private final class RunCache: Sendable {
        private let results = Mutex<[String: RunResult]>([:])

        func result(of experiment: Experiment, seed: UInt64, engine: Engine, options: RunOptions) throws -> RunResult {
            let key = "\(seed) \(experiment.json.text(.compact))"
            if let result = results.withLock({ $0[key] }) { return result }
            let result = try experiment.run(seed: seed, engine: engine, options: options)
            results.withLock { $0[key] = result }
            return result
        }
    }

    /// Goldens `outputs`, `layers`, and `mood` of a config file, in `a/g`, honestly blessed.
    func bless(_ place: Workplace) throws -> GoldenFolder {
        try place.writeMood("a")
        let folder = GoldenFolder(path: place("a/g"))
        let blessing = Blessing(folder: folder, engine: engine, by: "tester", reason: "x")
        let shipped = ["outputs", "layers"].map { ExperimentDefinition(Experiment.shipped(named: $0)!) }
        let definitions = shipped + [try ExperimentDefinition(config: place("a/mood.json"))]
        try folder.commit(definitions.map { try blessing.proposal(for: $0, seed: 42).change })
        return folder
    }

    /// What a check says of a folder: the cases that it takes for reproduced, and what it says of the others.
    func judge(_ folder: GoldenFolder) -> (reproduced: [String], sentences: [String]) {
        var check = GoldenCheck(folder: folder, engine: engine)
        check.runner = runner
        var answer: (reproduced: [String], sentences: [String]) = ([], [])
        do {
            for name in try check.caseNames() {
                switch try check.check(name).verdict {
                case .reproduced: answer.reproduced.append(name)
                case .notJudged(let sentence): answer.sentences.append(sentence)
                case .drift(let drift): answer.sentences.append("drift in \(drift.stage)")
                case .notReproducible, .notFinite: answer.sentences.append("not reproducible")
                }
            }
        } catch {
            answer.sentences.append("\(error)")
        }
        return answer
    }

    /// One folder, changed and judged, and then blessed over: nothing beside it may change.
    func expect(
        _ label: String, of name: String, saying sentence: String, _ forge: (inout Forgery) throws -> Void
    ) throws {
        try withWorkplace { place in
            var forgery = Forgery(files: honest(), place: place)
            try forge(&forgery)
            try forgery.write()
            let folder = GoldenFolder(path: place("a/g"))
            func outside() throws -> [String: [UInt8]] {
                var contents: [String: [UInt8]] = [:]
                for file in try FileManager.default.subpathsOfDirectory(atPath: place.path) where !file.hasPrefix("a/g")
                {
                    contents[file] = (try? place.bytes(file)) ?? []
                }
                return contents
            }
            let before = try outside()
            let (reproduced, sentences) = judge(folder)
            #expect(!reproduced.contains(name), "\(label): taken for reproduced")
            #expect(sentences.contains { $0.contains(sentence) }, "\(label): \(sentences)")
            let blessing = Blessing(folder: folder, engine: engine, by: "tester", reason: "x")
            var again = blessing
            again.runner = runner
            let proposal = try again.proposal(
                for: Experiment.shipped(named: "outputs")!, seed: 42, base: place("a"))
            _ = try? folder.commit([proposal.change])
            #expect(try outside() == before, "\(label): something outside the folder changed")
        }
    }

    private static let cached = Mutex<[String: [UInt8]]?>(nil)

    /// The files of the honest folder, made once.
    func honest() -> [String: [UInt8]] {
        Self.cached.withLock { files in
            if let files { return files }
            var made: [String: [UInt8]] = [:]
            try? withWorkplace { place in
                _ = try bless(place)
                made = try place.contents("a/g")
            }
            files = made
            return made
        }
    }
}

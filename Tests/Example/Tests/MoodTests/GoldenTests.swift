import Mood
import Repro
import Testing

/// Whether this machine gives what the golden says.
@Suite struct GoldenTests {
    private let folder = Paths.folder(of: Paths.folder(of: Paths.folder(of: #filePath)))
    private let engine: Engine

    init() throws { engine = try Engine(threads: 2) }

    private var goldens: GoldenFolder {
        GoldenFolder(path: folder + "/Goldens")
    }

    @Test func theGoldenIsReproduced() throws {
        let check = GoldenCheck(folder: goldens, engine: engine)
        #expect(try check.caseNames() == ["mood"])
        let verdict = try check.check("mood").verdict
        #expect(verdict.isReproduced, "\(verdict)")
    }

    @Test func theClassifierIsTheGoldens() throws {
        let result = try Mood.train(in: folder, engine: engine)
        #expect(result.trace.root == (try goldens.golden(named: "mood")).root)
        #expect(result.metric("testAccuracy") == 1)
    }

    /// A check that cannot fail is worth nothing: one flipped bit of one gradient is drift.
    @Test func aPlantedFaultIsDrift() throws {
        let fault = Perturbation(stage: "step 000003", tensor: "grad.lstm.weight_hh_l0", element: 5)
        guard
            case .drift(let drift) = try GoldenCheck(folder: goldens, engine: engine, perturbation: fault)
                .check("mood").verdict
        else {
            Issue.record("the fault went unseen")
            return
        }
        #expect(drift.stage == "step 000003")
    }
}

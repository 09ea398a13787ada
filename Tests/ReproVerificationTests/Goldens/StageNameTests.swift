import ReproTrace
import ReproVerification
import Testing

/// A stage without leaves has no digest that vouches for its name: the order of a run and the run itself do.
@Suite struct StageNameTests {
    private static let names = [
        "init", "data", "step 000000", "step 000001", "epoch 000", "step 000002", "epoch 001", "final",
    ]

    private func honest() throws -> Golden { golden(try trace(Self.names.map { .rows($0, ("x", [1])) })) }

    /// The golden with a stage's name replaced wherever it stands.
    private func forged(_ old: String, _ new: String) throws -> [UInt8] {
        let text = String(decoding: try honest().encoded, as: UTF8.self)
        try #require(text.contains("\"name\":\"\(old)\""))
        return Array(text.replacing("\"name\":\"\(old)\"", with: "\"name\":\"\(new)\"").utf8)
    }

    @Test(arguments: [
        ("step 000001", "step 000077"), ("step 000001", "step 000000"), ("step 000001", "step 000002"),
        ("step 000001", "epoch 001"), ("epoch 000", "epoch 001"), ("epoch 000", "step 000001"), ("epoch 000", "final"),
        ("epoch 001", "data"), ("epoch 000", "evaluation"),
    ])
    func aNameOutOfOrderOrTwiceIsMalformed(old: String, new: String) throws {
        let bytes = try forged(old, new)
        let fault = fault { () throws(GoldenFault) in _ = try Golden.decode(bytes, path: "small.json") }
        #expect(
            fault.map { "\($0)" }?.contains("stands out of a run's order or twice") == true,
            "\(String(describing: fault))")
    }

    /// What the order allows, a run of the same root belies.
    @Test(arguments: [("epoch 001", "epoch 042"), ("epoch 001", "evaluation"), ("epoch 001", "step 000009")])
    func aNameThatARunBeliesIsNamed(old: String, new: String) throws {
        let golden = try Golden.decode(try forged(old, new), path: "small.json")
        let run = try honest()
        #expect(golden.root == run.root)
        #expect(
            golden.contradiction(by: run, metrics: run.metrics, data: run.data)
                == "stage '\(new)' has the place and the digest of '\(old)'")
        #expect(run.contradiction(by: run, metrics: run.metrics, data: run.data) == nil)
    }
}

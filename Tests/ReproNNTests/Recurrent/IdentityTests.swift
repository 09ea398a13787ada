import ReproNN
import ReproNumerics
import ReproTraining
import Testing

/// The experiments answer each identity as the article "Reading a bidirectional layer's output" does.
@Suite struct IdentityTests {
    /// Claims in their order: whether each holds with equal lengths, and with unequal ones.
    private static func expected(layers: Int) -> [(claim: String, equal: Bool, unequal: Bool)] {
        let row = 2 * layers - 2
        return [
            ("output[:, -1, :H] == h_n[\(row)]", true, false),
            ("output[b, length(b)-1, :H] == h_n[\(row)]", true, true),
            ("output[:, 0, H:] == h_n[\(row + 1)]", true, true),
            ("output[:, -1, H:] == h_n[\(row + 1)]", false, false),
            ("cat(h_n[-2], h_n[-1]) == gather of both halves", true, true),
            ("cat(h_n[-2], h_n[-1]) == output[:, -1, :]", false, false),
            ("h_n[0] + h_n[1] == h_n[-2] + h_n[-1]", layers == 1, layers == 1),
            ("output[:, -1, :H] + output[:, -1, H:] == h_n[-2] + h_n[-1]", false, false),
            ("output.view(B, T, 2, H)[:, :, 1] == output.chunk(2, -1)[1]", true, true),
            ("h_n[1::2][-1] == h_n[-1]", true, true),
            ("output[:, :, H:] in the order of the reverse pass == output[:, :, H:]", false, false),
        ]
    }

    @Test(arguments: ["outputs", "layers", "last-states"])
    func anExperimentAnswersAsTheArticleDoes(name: String) throws {
        let experiment = try #require(Experiment.shipped(named: name))
        let engine = try Engine(threads: 1)
        let inspection = try #require(try experiment.run(seed: 42, engine: engine).inspection)
        let expected = Self.expected(layers: experiment.model.layers)
        #expect(inspection.views.count == (name == "last-states" ? 4 : 1))
        for view in inspection.views {
            #expect(view.identities.map(\.claim) == expected.map(\.claim))
            let equal = Set(view.lengths).count == 1
            for (identity, one) in zip(view.identities, expected) {
                #expect(identity.holds == (equal ? one.equal : one.unequal), "\(view.module) \(identity.claim)")
            }
        }
    }
}

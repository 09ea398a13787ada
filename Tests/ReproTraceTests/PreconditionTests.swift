import ReproNumerics
import ReproTestSupport
import ReproTrace
import Testing

#if compiler(>=6.3)
    /// A caller's mistake ends the program with what is wrong.
    @Suite(.serialized) struct PreconditionTests {
        @Test(arguments: breaches.indices) func aBrokenPreconditionIsSaid(_ index: Int) async throws {
            let ending = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
                try breaches[index].body()
            }
            let words = try #require(ending?.words)
            #expect(words.contains("Fatal error: \(breaches[index].says)"), "\(words)")
        }
    }

    private let breaches = [
        Breach("a fault in bit 40 of 32") { _ = Perturbation(stage: "init", tensor: "a", kind: .bit(40)) },
        Breach("a fault in bit -1 of 32") { _ = Perturbation(stage: "init", tensor: "a", kind: .bit(-1)) },
        Breach("a fault in element -1") { _ = Perturbation(stage: "init", tensor: "a", element: -1) },
        Breach("'a' recorded outside a stage") {
            var tensor = Tensor(zeros: [1])
            try Recorder().observe("a", &tensor)
        },
        Breach("no stage to end") { try Recorder().end() },
        Breach("a tensor of shape [-2, -3]") { _ = Tensor(zeros: [-2, -3]) },
    ]
#endif

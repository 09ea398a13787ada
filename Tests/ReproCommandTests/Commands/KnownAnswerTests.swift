import Foundation
import Repro
import Testing

/// The known answers by which `repro doctor` tells a build with optimisations that change values.
struct KnownAnswerTests {
    @Test func thisBuildGivesTheKnownAnswers() {
        #expect(ValueChangingOptimizations.faults() == [])
    }

    /// The same files compiled with flags that people add, and what they say then; 2 needs a processor with fused operations.
    @Test(arguments: [
        ("", 0), ("-ffast-math", 1 + 2 + 4 + 8 + 16), ("-funsafe-math-optimizations", 1 + 2 + 4 + 16),
        ("-freciprocal-math", 4), ("-ffinite-math-only", 8), ("-fno-signed-zeros", 16), ("-ffp-contract=fast", 2),
        ("-mfma -ffp-contract=fast", 2), ("-mfma", 0),
    ])
    func aFaultOfCompilationTurnsTheAnswersRed(flags: String, expected: Int) throws {
        #if arch(x86_64)
            try #require(KernelPath.allCases.contains { $0.rawValue == "avx2" })
            let isFused = KernelPath.supported.contains { $0.rawValue == "avx2" }
            if flags.contains("fma") && !isFused { return }
            try withWorkplace { place in
                let main =
                    "unsigned repro_value_changes(void);\nint main(void) { return (int)repro_value_changes(); }\n"
                try place.write("main.c", main)
                let kernels = Built.package + "/Sources/CReproKernels"
                let files = ["answers", "scalar", "processor"].map { "'\(kernels)/src/processor/\($0).c'" }
                let build = try place.bash(
                    "clang -O2 \(flags) -I'\(kernels)/include' \(files.joined(separator: " ")) main.c -o answers")
                expectSuccess(build)
                let answers = try place.run([place("answers")])
                #expect(answers.code == (isFused ? expected : expected & ~2), "\(flags): \(answers.code)")
            }
        #endif
    }

    /// A program that breaks a precondition is told so in optimised builds too.
    @Test func whatACallerBrokeIsSaidInReleaseBuilds() throws {
        try withWorkplace { place in
            let source = Built.package + "/Sources/ReproNumerics/Storage/Requirement.swift"
            try place.write(
                "main.swift", "require(CommandLine.argc == 2, \"\\(CommandLine.argc) arguments; 2 are needed\")\n")
            let build = try place.bash("swiftc -O -package-name p -module-name m '\(source)' main.swift -o program")
            expectSuccess(build)
            #expect(try place.run([place("program"), "x"]).code == 0)
            let ending = try place.run([place("program")])
            #expect(ending.isSignal)
            #expect(ending.err.contains("main.swift:1: Fatal error: 1 arguments; 2 are needed"), "\(ending)")
        }
    }
}

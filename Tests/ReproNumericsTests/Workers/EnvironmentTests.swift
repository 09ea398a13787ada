import CReproKernels
import Testing

import ReproNumerics

/// The faults are planted in the test's own thread and taken away before it does anything else.
struct EnvironmentTests {
    private func withFaults<Result>(_ faults: UInt32, _ body: () throws -> Result) rethrows -> Result {
        repro_set_floating_point_faults(faults)
        defer { repro_set_floating_point_faults(0) }
        return try body()
    }

    @Test func aHealthyThreadHasNoFaults() throws {
        #expect(FloatingPointEnvironment.faults() == [])
        try FloatingPointEnvironment.verify()
    }

    @Test(arguments: [UInt32(1), 2, 4, 8, 3, 7, 15])
    func everyFaultIsFoundAndNamed(faults: UInt32) throws {
        let engine = try Engine(path: .portable, threads: 1)
        let (planted, words, error) = withFaults(faults) { () -> (UInt32, [String], FloatingPointFault?) in
            let planted = repro_floating_point_faults(), words = FloatingPointEnvironment.faults()
            do throws(FloatingPointFault) {
                try engine.verify()
                return (planted, words, nil)
            } catch { return (planted, words, error) }
        }
        #expect(words.contains("rounding is not to nearest") == (faults & 1 != 0))
        // 64-bit ARM has one switch for results and operands.
        #expect(words.contains { $0.contains("subnormal") } == (faults & 6 != 0))
        // Many 64-bit ARM processors cannot stop a program.
        #expect(words.contains("floating-point exceptions stop the program") == (planted & 8 != 0))
        #if arch(x86_64)
            #expect(planted == faults)
        #endif
        #expect(error?.faults == (words.isEmpty ? nil : words))
        #expect(FloatingPointEnvironment.faults() == [])
    }

    /// The planted fault does what its name says; otherwise the test above would test nothing.
    @Test func plantedFaultsChangeArithmetic() {
        // In a C function, so that no compiler moves the arithmetic out of the changed environment.
        let tiny: Float = 0x1p-126
        #expect(withFaults(1) { repro_contraction_canary(1, 1, -tiny) } != 1)
        #expect(withFaults(6) { repro_contraction_canary(tiny, 0.5, 0) } == 0)
        #expect(repro_contraction_canary(1, 1, -tiny) == 1)
        #expect(repro_contraction_canary(tiny, 0.5, 0) != 0)
    }

    /// A thread inherits the environment of the one that creates it, and a body may change it.
    @Test func everyRunGivesItsWorkersTheContractsEnvironment() throws {
        let workers = try withFaults(7) { try Workers(count: 3) }
        let found = Matrix(rows: 2, columns: 3)
        workers.run { worker in
            found.view[0, worker] = Float(repro_floating_point_faults())
            if worker > 0 { repro_set_floating_point_faults(7) }
        }
        workers.run { found.view[1, $0] = Float(repro_floating_point_faults()) }
        for run in 0..<2 {
            for worker in 0..<3 { #expect(found.view[run, worker] == 0, "run \(run), worker \(worker)") }
        }
    }
}

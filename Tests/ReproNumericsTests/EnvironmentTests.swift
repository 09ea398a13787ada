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

    @Test(arguments: [UInt32(1), 2, 4, 3, 7])
    func everyFaultIsFoundAndNamed(faults: UInt32) {
        let (words, error) = withFaults(faults) { () -> ([String], FloatingPointFault?) in
            do throws(FloatingPointFault) {
                try FloatingPointEnvironment.verify()
                return (FloatingPointEnvironment.faults(), nil)
            } catch { return (FloatingPointEnvironment.faults(), error) }
        }
        #expect(words.contains("rounding is not to nearest") == (faults & 1 != 0))
        // 64-bit ARM has one switch for results and operands.
        #expect(words.contains { $0.contains("subnormal") } == (faults & 6 != 0))
        #expect(error?.faults == words)
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

    @Test func aFaultOfTheCallerStopsARunBeforeItStarts() throws {
        for count in [1, 3] {
            let workers = try Workers(count: count)
            var ran = false
            let fault = withFaults(2) { () -> FloatingPointFault? in
                do throws(FloatingPointFault) {
                    try workers.run { worker in if worker == 0 { ran = true } }
                    return nil
                } catch { return error }
            }
            #expect(fault?.thread == "this thread")
            #expect(!ran)
        }
    }

    /// A thread inherits the environment of the one that creates it.
    @Test func aFaultOfAWorkerIsReportedByName() throws {
        let workers = try withFaults(4) { try Workers(count: 2) }
        do throws(FloatingPointFault) {
            try workers.run { _ in workers.barrier() }
            Issue.record("the worker's fault went unnoticed")
        } catch {
            #expect(error.thread == "worker 1")
            #expect(!error.faults.isEmpty)
        }
    }
}

import CReproKernels
import Testing

import ReproNumerics

struct KernelPathTests {
    @Test func referenceAndPortableRunEverywhere() {
        #expect(KernelPath.reference.isSupported)
        #expect(KernelPath.portable.isSupported)
        #expect(KernelPath.supported.contains(KernelPath.best))
        #expect(KernelPath.best != .reference)
    }

    @Test func aPathThatCannotRunIsRefusedByNameWithTheOnesThatCan() throws {
        for path in KernelPath.allCases {
            if path.isSupported {
                #expect(try path.kernels().path == path)
                continue
            }
            do {
                _ = try path.kernels()
                Issue.record("\(path) runs though it is not supported")
            } catch {
                #expect(error.path == path)
                #expect(error.description.contains("\"\(path.rawValue)\""))
                for other in KernelPath.supported { #expect(error.description.contains(other.rawValue)) }
            }
        }
    }

    /// The cases and the C target's list name the same paths, slowest first, and no architecture has all of them.
    @Test func theCompiledPathsAreTheListOfTheCTarget() {
        let compiled = KernelPath.allCases.filter { $0 != .reference && $0.isCompiled }.map(\.rawValue)
        #expect(compiled == Paths.tables.map { String(cString: $0.pointee.name) })
        #expect(KernelPath.allCases.contains { !$0.isCompiled })
    }

    @Test func everyPathHasKernelsForEveryCell() {
        #expect(Int(REPRO_CELLS.rawValue) == CellKind.allCases.count)
        for table in Paths.tables {
            for cell in 0..<Int(REPRO_CELLS.rawValue) {
                let kernels = table.pointee.cells[cell]
                let name = String(cString: table.pointee.name)
                #expect(kernels.forward != nil && kernels.backward != nil, "\(name), cell \(cell)")
            }
        }
    }

    @Test func whatIsNotInTheListIsNotSupported() {
        #expect(repro_kernels_supported(nil) == 0)
        var unknown = Paths.tables[0].pointee
        #expect(repro_kernels_supported(&unknown) == 0)
    }
}

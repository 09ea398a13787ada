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

    @Test func noArchitectureHasAllPaths() {
        #expect(!(KernelPath.avx512.isCompiled && KernelPath.neon.isCompiled))
        #expect(KernelPath.avx2.isCompiled == KernelPath.avx512.isCompiled)
    }
}

/// What computes: threads, instructions, processors and who else wants them.
enum ProcessorVariations {
    static func all(_ context: VariationContext) -> [Variation] {
        [processors(context), threads(context), instructionSet(context), load(context)]
    }

    private static let threadVariables = [
        "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS",
        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS",
    ]

    private static func threads(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "threads", "threads of OpenMP, MKL, OpenBLAS, NumExpr, and so of PyTorch",
            facts: ["variable OMP_NUM_THREADS"], form: "a count", isValid: { Int($0).map { $0 > 0 } == true }
        ) { value, setting in
            for name in threadVariables { setting.set(name, value) }
            setting.set("OMP_DYNAMIC", "FALSE")
            setting.set("MKL_DYNAMIC", "FALSE")
        }
        let now = context.variable("OMP_NUM_THREADS").flatMap { Int($0) } ?? context.processors.count
        return variation.with(varied: now == 1 ? "3" : "1", held: "1")
    }

    /// Each library's names for the least instructions that it has kernels for.
    private static func instructionSet(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "instruction-set", "instructions that PyTorch, oneDNN, MKL, OpenBLAS, NumPy and the C library may use",
            facts: ["variable ATEN_CPU_CAPABILITY"], form: "default, avx2 or avx512",
            isValid: { ["default", "avx2", "avx512"].contains($0) }
        ) { value, setting in
            setting.set("ATEN_CPU_CAPABILITY", value)
            #if arch(x86_64)
                let isLeast = value == "default"
                let oneDNN = isLeast ? "SSE41" : value == "avx2" ? "AVX2" : "AVX512_CORE"
                setting.set("ONEDNN_MAX_CPU_ISA", oneDNN)
                setting.set("DNNL_MAX_CPU_ISA", oneDNN)
                setting.set("MKL_CBWR", isLeast ? "COMPATIBLE" : value == "avx2" ? "AVX2" : "AVX512")
                setting.set(
                    "OPENBLAS_CORETYPE", isLeast ? "Nehalem" : value == "avx2" ? "Haswell" : "SkylakeX")
                let wide = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"
                if value != "avx512" {
                    setting.set("NPY_DISABLE_CPU_FEATURES", wide + (isLeast ? " AVX2 FMA3 X86_V3" : ""))
                    let own = context.variable("GLIBC_TUNABLES").map { $0 + ":" } ?? ""
                    setting.set(
                        "GLIBC_TUNABLES",
                        own + "glibc.cpu.hwcaps=-AVX512F,-AVX512VL" + (isLeast ? ",-AVX2,-FMA,-FMA4" : ""))
                }
            #elseif arch(arm64)
                if value == "default" { setting.set("OPENBLAS_CORETYPE", "ARMV8") }
            #endif
        }
        return variation.with(varied: "default")
    }

    private static func processors(_ context: VariationContext) -> Variation {
        let all = context.processors
        let variation = Variation(
            "processors", "how many processors the program may run on", facts: ["processors"], form: "a count",
            mayActThrough: ["threads"], isValid: { Int($0).map { $0 > 0 } == true }
        ) { value, setting in
            setting.processors = Array(all.prefix(Int(value) ?? 1))
            // Else there would be fewer threads, which is a variation of its own; that one comes later and says otherwise.
            for name in threadVariables where context.variable(name) == nil { setting.set(name, String(all.count)) }
        }
        #if os(Linux)
            let refusal = all.count > 1 ? nil : "there is one processor here"
        #else
            let refusal = "this system binds no process to processors"
        #endif
        return variation.with(varied: "1", held: "1", refusal: refusal)
    }

    private static func load(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "load", "processes that compute beside the program", facts: [],
            form: "a count of processes", isValid: { Int($0).map { $0 >= 0 } == true }
        ) { value, setting in
            setting.busyProcesses = Int(value) ?? 0
        }
        return variation.with(varied: String(min(64, 2 * context.processors.count)))
    }
}

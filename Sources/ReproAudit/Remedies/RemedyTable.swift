// The remedies that are tried, with what documents them. Those of a cause are tried from top to bottom.

extension Remedy {
    /// Every remedy, the mildest of a cause first.
    public static let table: [Remedy] = [
        Remedy(
            "fixed-threads", "compute with one thread: OMP_NUM_THREADS=1 and torch.set_num_threads(1)",
            against: ["threads"],
            environment: [
                ("OMP_NUM_THREADS", "1"), ("MKL_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1"),
                ("NUMEXPR_NUM_THREADS", "1"), ("OMP_DYNAMIC", "FALSE"), ("MKL_DYNAMIC", "FALSE"),
            ],
            hook: ["threads=1"],
            source:
                "oneMKL Developer Guide, Reproducibility Conditions: results repeat from run to run where the number of "
                + "threads is fixed and constant; docs.pytorch.org/docs/stable/threading_environment_variables.html; "
                + "OpenBLAS, USAGE.md: OPENBLAS_NUM_THREADS"),
        Remedy(
            "strict-mkl", "let oneMKL give the same bits for any number of threads: MKL_CBWR=AVX2,STRICT",
            against: ["threads"],
            of: ["aten::addmm", "aten::mm", "aten::bmm", "aten::matmul", "aten::linear", "numpy."],
            environment: [("MKL_CBWR", "AVX2,STRICT")],
            source:
                "oneMKL Developer Guide, Reproducibility Conditions, Strict CNR Mode: gemm, symm, hemm and trsm give the same "
                + "bits for any number of threads, on the AVX2 and AVX-512 branches"),
        Remedy(
            "deterministic-algorithms", "torch.use_deterministic_algorithms(True)",
            against: ["threads", "memory", "itself", "load"],
            of: ["aten::", "state"], hook: ["deterministic"],
            source:
                "docs.pytorch.org/docs/stable/notes/randomness.html, Avoiding nondeterministic algorithms and Filling "
                + "uninitialized memory"),
        Remedy(
            "fixed-instructions",
            "one instruction set everywhere: ATEN_CPU_CAPABILITY=default, ONEDNN_MAX_CPU_ISA=SSE41, MKL_CBWR=COMPATIBLE",
            against: ["instruction-set"],
            environment: [
                ("ATEN_CPU_CAPABILITY", "default"), ("ONEDNN_MAX_CPU_ISA", "SSE41"), ("MKL_CBWR", "COMPATIBLE"),
                ("OPENBLAS_CORETYPE", "Nehalem"),
                ("NPY_DISABLE_CPU_FEATURES", "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512_SKX"),
            ],
            source:
                "oneDNN Developer Guide, CPU Dispatcher Control: ONEDNN_MAX_CPU_ISA limits the instruction sets; oneMKL "
                + "Developer Guide, Specifying Code Branches: MKL_CBWR; numpy.org/doc/stable/reference/simd/build-options.html, "
                + "Runtime dispatch: NPY_DISABLE_CPU_FEATURES; OpenBLAS, README: OPENBLAS_CORETYPE; PyTorch, "
                + "aten/src/ATen/native/DispatchStub.cpp: ATEN_CPU_CAPABILITY"),
        Remedy(
            "without-onednn", "torch.backends.mkldnn.enabled = False", against: ["instruction-set", "threads"],
            of: ["aten::mkldnn", "LSTM", "aten::convolution", "aten::linear"], hook: ["mkldnn=off"],
            source: "docs.pytorch.org/docs/stable/backends.html, torch.backends.mkldnn"),
        Remedy(
            "hash-seed", "PYTHONHASHSEED=0, or sort what comes out of sets", against: ["hash-seed"],
            environment: [("PYTHONHASHSEED", "0")],
            source:
                "docs.python.org/3/using/cmdline.html, PYTHONHASHSEED: a fixed seed makes the hashes of str and bytes the same"
        ),
        Remedy(
            "seeded-generators", "seed random, numpy.random and torch at the start; give default_rng() a seed",
            against: ["entropy", "itself", "clock"], of: ["generator", "random", "numpy.random", "torch"],
            hook: ["seed=0"],
            source: "docs.pytorch.org/docs/stable/notes/randomness.html, Controlling sources of randomness; "
                + "numpy.org/doc/stable/reference/random: default_rng() without a seed takes the operating system's entropy"
        ),
        Remedy(
            "seeded-workers",
            "give each DataLoader a seeded generator and a worker_init_fn that seeds NumPy and random",
            against: ["workers", "entropy", "itself"], of: ["data", "generator", "random", "numpy.random", "torch"],
            hook: ["workers=seeded"],
            source: "docs.pytorch.org/docs/stable/notes/randomness.html, DataLoader"),
        Remedy(
            "no-workers", "DataLoader(num_workers=0): the process loads its data itself", against: ["workers"],
            of: ["data"],
            hook: ["workers=0"],
            source: "docs.pytorch.org/docs/stable/data.html, Single- and Multi-process Data Loading"),
        Remedy(
            "sorted-files", "sort what os.listdir, os.scandir and glob give", against: ["file-order"],
            hook: ["files=sorted"],
            source: "docs.python.org/3/library/os.html, os.listdir and os.scandir: entries come in arbitrary order"),
        Remedy(
            "fixed-time-zone", "TZ=UTC", against: ["time-zone"], environment: [("TZ", "UTC")],
            source: "reproducible-builds.org/docs/timezones"),
        Remedy(
            "fixed-locale", "LC_ALL=C.UTF-8", against: ["locale"], environment: [("LC_ALL", "C.UTF-8")],
            source: "reproducible-builds.org/docs/locales"),
    ]
}

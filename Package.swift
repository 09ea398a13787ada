// swift-tools-version: 6.0
import PackageDescription

/// What the module `Repro` re-exports.
let libraries: [Target.Dependency] = [
    "ReproRandom", "ReproNumerics", "ReproFormats", "ReproTrace", "ReproNN", "ReproTraining", "ReproVerification",
    "ReproProcesses", "ReproHarness", "ReproInterchange", "ReproReport", "ReproAudit",
]

/// One direction of dependency, from the bits up: each target may import only those above it.
let package = Package(
    name: "repro",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Repro", targets: ["Repro"]),
        .executable(name: "repro", targets: ["ReproCommand"]),
        .library(name: "ReproC", type: .dynamic, targets: ["ReproC"]),
    ],
    targets: [
        .target(name: "CReproKernels"),
        .target(name: "ReproRandom"),
        .target(name: "ReproNumerics", dependencies: ["CReproKernels"]),
        .target(name: "ReproFormats", dependencies: ["ReproNumerics"]),
        .target(name: "ReproTrace", dependencies: ["ReproNumerics", "ReproRandom"]),
        .target(name: "ReproNN", dependencies: ["ReproNumerics", "ReproRandom"]),
        .target(
            name: "ReproTraining",
            dependencies: ["ReproNN", "ReproTrace", "ReproFormats", "ReproNumerics", "ReproRandom"]),
        .target(name: "ReproVerification", dependencies: ["ReproTrace", "ReproFormats"]),
        .target(name: "ReproProcesses", dependencies: ["ReproFormats", "CReproKernels"]),
        .target(
            name: "ReproHarness",
            dependencies: [
                "ReproTraining", "ReproVerification", "ReproTrace", "ReproFormats", "ReproNN", "ReproNumerics",
                "ReproRandom", "ReproProcesses",
            ]),
        .target(
            name: "ReproInterchange", dependencies: ["ReproNN", "ReproTrace", "ReproFormats", "ReproNumerics"]),
        .target(
            name: "ReproReport",
            dependencies: ["ReproAudit", "ReproVerification", "ReproTrace", "ReproFormats", "ReproNumerics"]),
        .target(
            name: "ReproAudit",
            dependencies: [
                "ReproProcesses", "ReproVerification", "ReproTrace", "ReproFormats", "ReproNumerics", "CReproKernels",
            ],
            // Python and C that one binary has to carry.
            resources: [.embedInCode("Hook")]),
        .target(name: "Repro", dependencies: libraries),
        // The C interface: its header, and what stands behind it.
        .target(name: "CRepro", exclude: ["librepro.map"]),
        .target(
            name: "ReproC",
            dependencies: ["CRepro", "ReproNN", "ReproTrace", "ReproNumerics", "ReproRandom"]),
        // All that Repro re-exports, so that a change below recompiles the command and its tests too.
        .executableTarget(name: "ReproCommand", dependencies: ["Repro"] + libraries),
        .target(
            name: "ReproTestSupport", dependencies: ["ReproNumerics", "ReproRandom", "CReproKernels"],
            path: "Tests/ReproTestSupport"),
        .testTarget(
            name: "ReproRandomTests", dependencies: ["ReproRandom", "ReproTestSupport"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproNumericsTests", dependencies: ["ReproNumerics", "CReproKernels", "ReproTestSupport"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproFormatsTests", dependencies: ["ReproFormats", "ReproNumerics", "ReproTestSupport"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproTraceTests", dependencies: ["ReproTrace", "ReproNumerics", "ReproRandom", "ReproTestSupport"],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproNNTests",
            dependencies: [
                "ReproNN", "ReproTraining", "ReproTrace", "ReproFormats", "ReproNumerics", "ReproRandom",
                "CReproKernels", "ReproTestSupport",
            ],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproTrainingTests",
            dependencies: [
                "ReproTraining", "ReproNN", "ReproTrace", "ReproFormats", "ReproNumerics", "ReproRandom",
                "ReproTestSupport",
            ],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproVerificationTests",
            dependencies: [
                "ReproVerification", "ReproTrace", "ReproFormats", "ReproNumerics", "ReproRandom",
                "ReproTestSupport",
            ]),
        .testTarget(
            name: "ReproAuditTests",
            dependencies: [
                "ReproAudit", "ReproProcesses", "ReproVerification", "ReproTrace", "ReproFormats", "ReproNumerics",
                "ReproTestSupport",
            ],
            resources: [.copy("Vectors")]),
        .testTarget(
            name: "ReproCTests",
            dependencies: [
                "ReproC", "CRepro", "ReproTraining", "ReproNN", "ReproTrace", "ReproNumerics", "ReproRandom",
                "ReproTestSupport",
            ],
            exclude: ["example.c"]),
        .testTarget(name: "ReproCommandTests", dependencies: ["Repro", "ReproTestSupport"] + libraries),
        .testTarget(
            name: "ReproInterchangeTests", dependencies: ["Repro", "ReproTestSupport"] + libraries,
            resources: [.copy("Vectors")]),
    ]
)

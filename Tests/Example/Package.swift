// swift-tools-version: 6.0
import PackageDescription

/// What a project of one's own looks like: it imports `Repro`, trains a classifier, and checks its golden in its own tests.
/// Run by `make example`, or:
///
///     swift test -c release --package-path Tests/Example --scratch-path .build/example
let package = Package(
    name: "mood",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "repro", path: "../..")],
    targets: [
        .executableTarget(name: "Mood", dependencies: [.product(name: "Repro", package: "repro")]),
        .testTarget(name: "MoodTests", dependencies: ["Mood", .product(name: "Repro", package: "repro")]),
    ]
)

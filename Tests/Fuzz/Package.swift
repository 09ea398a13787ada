// swift-tools-version: 6.0
import PackageDescription

/// Fuzz targets, apart from the package so that nobody's build of it needs libFuzzer. For Linux:
///
///     swift build --package-path Tests/Fuzz --scratch-path .build/fuzz -c release --sanitize fuzzer
///     python3 Tests/Fixtures/formats_vectors.py --corpus .build/fuzz/corpus
///     .build/fuzz/release/FuzzFormats -rss_limit_mb=512 -max_len=4096 -max_total_time=60 .build/fuzz/corpus
let package = Package(
    name: "repro-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "repro", path: "../..")],
    targets: [
        .executableTarget(name: "FuzzFormats", dependencies: [.product(name: "Repro", package: "repro")])
    ]
)

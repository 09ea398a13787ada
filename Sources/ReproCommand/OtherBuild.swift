import Foundation
import Repro

/// Another build of `repro`, asked by `repro run --format json` in a process of its own.
struct OtherBuild {
    let path: String

    /// Why a build gave no digest that could be compared.
    struct Failure: Error {
        let reason: String
    }

    /// - Throws: `FormatError`, `.noInput`, where no program has the path.
    init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isExecutableFile(atPath: path)
        else {
            throw FormatError(
                .noInput, path: path, problem: "no program that can be run",
                remedy: "name other builds of repro with --builds, for example .build/debug/repro")
        }
        self.path = path
    }

    /// The root of its run.
    ///
    /// - Parameter experiment: the experiment as words of the command line.
    /// - Throws: ``Failure`` for a build that fails, answers something else, or computes by another contract.
    func root(of experiment: [String], seed: UInt64, kernels: KernelPath, threads: Int) throws(Failure) -> Digest {
        let answer = try ask(
            ["run"] + experiment + [
                "--seed", String(seed), "--kernels", kernels.rawValue, "--threads", String(threads), "--format", "json",
                "--quiet",
            ])
        guard let json = try? JSONValue.parse(answer, path: path), let contract = json["environment"]?["contract"]?.int,
            let root = json["digest"]?.string.flatMap({ Digest(hexadecimal: $0) })
        else { throw Failure(reason: "its answer is not what `repro run --format json` prints") }
        guard contract == ReproVersion.contract else {
            throw Failure(
                reason: "it computes by version \(contract) of the numerical contract, this build by version "
                    + "\(ReproVersion.contract)")
        }
        return root
    }

    /// What it prints.
    private func ask(_ words: [String]) throws(Failure) -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let messages = folder.appendingPathComponent("messages")
        let process = Process()
        let output = Pipe()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try Data().write(to: messages)
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = words + ["--output", folder.appendingPathComponent("run").path]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            // A file takes all that comes; a second pipe could fill up while the first is read.
            process.standardError = try FileHandle(forWritingTo: messages)
            try process.run()
        } catch {
            throw Failure(reason: "it cannot be started: \(error.localizedDescription)")
        }
        let answer = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let said = (try? String(contentsOf: messages, encoding: .utf8))?.split(separator: "\n").first
            let ending = process.terminationReason == .exit ? "exit code" : "signal"
            throw Failure(reason: "\(ending) \(process.terminationStatus)" + (said.map { ": \($0)" } ?? ""))
        }
        return answer
    }
}

import Foundation
import Repro

/// Judges each case in a process of its own, one after another: what becomes of one is no other's fault.
struct IsolatedCases {
    let rendering: CheckFindings
    let engine: Engine
    let perturbation: String?
    let baseline: GoldenBaseline?
    let memory: MemoryBudget
    /// How long a case may take.
    let seconds: Int
    /// Where goldens are left for review; nil where none are wanted.
    let scratch: ScratchFolder?
    let processes: RunningProcesses
    let messages: Messages

    /// - Throws: `CommandLineError`, 64, for what was asked for and makes no sense, such as a planted fault that finds no place.
    func judge(_ name: String) throws -> JudgedCase {
        let order = try order(name)
        do {
            guard let path = ChildProcess.ownPath else {
                throw ChildProcess.Failure("the path of this program is not known here")
            }
            let answer = try answer(
                of: ChildProcess(
                    path, ["repro", CaseProcess.word, name], environment: ["SWIFT_BACKTRACE": "enable=no"]), to: order)
            guard answer.ending == .exited(0) else { return dead(name, reason(answer)) }
            return try HandBack.judged(answer.output, of: order)
        } catch let error as ChildProcess.Failure {
            return dead(name, "the process that was to judge it: \(error)")
        } catch let error as HandBack.Unreadable {
            return dead(name, "what its process handed back cannot be read: \(error)")
        } catch let error as CommandLineError where error.code != .usage {
            return dead(name, error.message)
        }
    }

    private func order(_ name: String) throws -> CaseOrder {
        let folder = scratch?.path(UUID().uuidString)
        if let folder { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false) }
        return CaseOrder(
            name: name, goldens: rendering.diagnosis.goldens, config: rendering.diagnosis.config,
            baseline: baseline?.about(name),
            kernels: engine.kernels.path, threads: engine.workers.count, perturbation: perturbation, memory: memory,
            successorFolder: folder, results: rendering.diagnosis.results, width: rendering.width,
            tellsProgress: messages.showsProgress)
    }

    private func answer(of process: ChildProcess, to order: CaseOrder) throws -> ChildProcess.Answer {
        let progress = messages.runProgress(order.name)
        var line: [UInt8] = []
        return try process.run(.line(order.line), within: seconds, of: processes) { bytes in
            guard order.tellsProgress else { return }
            line += bytes
            guard let end = line.lastIndex(of: UInt8(ascii: "\n")) else { return }
            let last = line[..<end].split(separator: UInt8(ascii: "\n")).last
            if let (step, count) = last.flatMap({ HandBack.progress($0) }) { progress(.step(step, of: count)) }
            line.removeSubrange(...end)
        }
    }

    private func reason(_ answer: ChildProcess.Answer) -> String {
        let said = answer.firstMessage.map { ": \($0)" } ?? ""
        let budget = "it may use \(memory), and --memory gives it more"
        switch answer.ending {
        case .tookTooLong:
            return "it took longer than \(seconds) s, and its process was ended; --timeout gives it longer"
        case .saidTooMuch: return "its process printed without end, and was ended"
        case .exited(let code): return "its process ended with exit code \(code) and without a verdict\(said)"
        case .signalled(SIGKILL):
            return "its process was ended by signal 9, as by a system that has no memory left; \(budget)\(said)"
        // What Swift, its runtime and C++ say where an allocation fails.
        case .signalled(let signal) where ["llocate", "bad_alloc", "ut of memory"].contains(where: said.contains):
            return "its process ran out of memory (signal \(signal)); \(budget)\(said)"
        case .signalled(let signal): return "its process was ended by signal \(signal)\(said)"
        }
    }

    private func dead(_ name: String, _ reason: String) -> JudgedCase {
        var diagnosis = rendering.diagnosis
        diagnosis.hasDied = true
        return CheckFindings(diagnosis: diagnosis, width: rendering.width).judged(
            GoldenCheck.Outcome(name: name, verdict: .notJudged(reason), golden: nil))
    }
}

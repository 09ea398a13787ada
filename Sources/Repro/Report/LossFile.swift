import Foundation
import ReproFormats
import ReproTraining

/// `metrics.csv`: `step,epoch,loss`.
enum LossFile {
    /// - Returns: nothing where there is no such file.
    static func read(path: String) throws(FormatError) -> [StepLoss] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let text = String(decoding: try ByteFile.contents(of: path), as: UTF8.self)
        let lines = text.split(separator: "\n")
        func malformed(_ line: Int, _ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, line: line, problem: problem,
                remedy: "run the experiment again; `repro run` writes this file")
        }
        guard lines.first == "step,epoch,loss" else { throw malformed(1, "the first line is not 'step,epoch,loss'") }
        var losses: [StepLoss] = []
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 3, let step = Int(fields[0]), let epoch = Int(fields[1]),
                let loss = Float(fields[2]), loss.isFinite
            else { throw malformed(index + 1, "no step, epoch and finite loss") }
            guard step == losses.count else { throw malformed(index + 1, "step \(step) where \(losses.count) is due") }
            losses.append(StepLoss(step: step, epoch: epoch, loss: loss))
        }
        return losses
    }
}

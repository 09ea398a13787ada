/// The loss of one step of training, as a curve needs it.
public struct StepLoss: Sendable, Equatable {
    /// The optimiser's step, counted from 0.
    public let step: Int
    /// The epoch that the step belongs to, counted from 0.
    public let epoch: Int
    /// The loss of the step's batch.
    public let loss: Float

    public init(step: Int, epoch: Int, loss: Float) {
        self.step = step
        self.epoch = epoch
        self.loss = loss
    }
}

/// `metrics.csv`: one line per step, `step,epoch,loss`, with the shortest digits that read back as the same binary32 number.
public enum LossFile {
    private static let header = "step,epoch,loss"

    /// The file's text: the header, then one line per step.
    public static func text(_ losses: [StepLoss]) -> String {
        ([header] + losses.map { "\($0.step),\($0.epoch),\($0.loss)" }).joined(separator: "\n") + "\n"
    }

    /// - Returns: nothing where there is no such file.
    /// - Throws: `FormatError`, `.badData` with the line where steps do not follow one another or a loss is not finite.
    public static func read(path: String) throws(FormatError) -> [StepLoss] {
        let bytes: [UInt8]
        do {
            bytes = try ByteFile.contents(of: path)
        } catch {
            if error.isMissingFile { return [] }
            throw error
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        func malformed(_ line: Int, _ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, line: line, problem: problem,
                remedy: "run the experiment again; `repro run` writes this file")
        }
        guard let first = lines.first, first == header else { throw malformed(1, "the first line is not '\(header)'") }
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

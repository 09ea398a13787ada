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

/// What was found of the validation split after an epoch.
public struct EpochScores: Sendable, Equatable {
    /// A number with what it is called, such as `loss` or `accuracy`.
    public struct Score: Sendable, Equatable {
        /// What the number is called.
        public let name: String
        /// The number.
        public let value: Double

        public init(_ name: String, _ value: Double) {
            (self.name, self.value) = (name, value)
        }
    }

    /// The epoch, counted from 0.
    public let epoch: Int
    /// The loss first; the same names in every epoch of a run.
    public let scores: [Score]

    public init(epoch: Int, scores: [Score]) {
        (self.epoch, self.scores) = (epoch, scores)
    }

    /// The number of a name; nil where there is none.
    public func value(_ name: String) -> Double? { scores.first { $0.name == name }?.value }
}

/// `metrics.csv`: one line per step, `step,epoch,loss`, with the shortest digits that read back as the same binary32 number.
///
/// Of a run that validates, the line of an epoch's last step has the validation split's scores behind it, in columns such as
/// `validation.loss`, with the shortest digits of binary64; they are empty in other lines. A last line without its end is one that
/// a kill cut off, and is not read.
public enum LossFile {
    private static let header = "step,epoch,loss"
    private static let prefix = "validation."

    /// The file's text: the header, then one line per step.
    public static func text(_ losses: [StepLoss], validations: [EpochScores] = []) -> String {
        header(validations) + lines(losses, 0..<losses.count, validations)
    }

    /// The first line, which names the scores of validations where there are any.
    static func header(_ validations: [EpochScores]) -> String {
        header + (validations.first?.scores ?? []).map { "," + prefix + $0.name }.joined() + "\n"
    }

    /// The lines of some steps among all so far. The last of all ends its epoch where scores of that epoch are known.
    static func lines(_ losses: [StepLoss], _ range: Range<Int>, _ validations: [EpochScores]) -> String {
        let names = validations.first?.scores.map(\.name) ?? []
        return range.map { index in
            let loss = losses[index]
            let isLast = index + 1 == losses.count || losses[index + 1].epoch != loss.epoch
            let found = isLast ? validations.last { $0.epoch == loss.epoch } : nil
            let scores = names.map { name in "," + (found?.value(name).map { "\($0)" } ?? "") }
            return "\(loss.step),\(loss.epoch),\(loss.loss)" + scores.joined() + "\n"
        }.joined()
    }

    /// - Returns: nothing where there is no such file.
    /// - Throws: `FormatError`, `.badData` with the line where steps do not follow one another or a loss is not finite.
    public static func read(path: String) throws(FormatError) -> [StepLoss] { try contents(path: path).losses }

    /// The losses and the validation split's scores.
    ///
    /// - Returns: nothing where there is no such file.
    /// - Throws: `FormatError`, `.badData` with the line where steps do not follow one another or a number is not finite.
    public static func contents(
        path: String
    ) throws(FormatError) -> (losses: [StepLoss], validations: [EpochScores]) {
        let bytes: [UInt8]
        do {
            bytes = try ByteFile.contents(of: path)
        } catch {
            if error.isMissingFile { return ([], []) }
            throw error
        }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n")
        func malformed(_ line: Int, _ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, line: line, problem: problem,
                remedy: "run the experiment again; `repro run` writes this file")
        }
        let columns = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
        guard columns.prefix(3).joined(separator: ",") == header,
            columns.dropFirst(3).allSatisfy({ $0.hasPrefix(prefix) })
        else { throw malformed(1, "the first line does not begin with '\(header)'") }
        let names = columns.dropFirst(3).map { String($0.dropFirst(prefix.count)) }
        var losses: [StepLoss] = []
        var validations: [EpochScores] = []
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == columns.count, let step = Int(fields[0]), let epoch = Int(fields[1]),
                let loss = Float(fields[2]), loss.isFinite
            else { throw malformed(index + 1, "no step, epoch and finite loss") }
            guard step == losses.count else { throw malformed(index + 1, "step \(step) where \(losses.count) is due") }
            losses.append(StepLoss(step: step, epoch: epoch, loss: loss))
            var scores: [EpochScores.Score] = []
            for (name, field) in zip(names, fields.dropFirst(3)) where !field.isEmpty {
                guard let value = Double(field), value.isFinite else {
                    throw malformed(index + 1, "'\(field)' is no finite score")
                }
                scores.append(EpochScores.Score(name, value))
            }
            if !scores.isEmpty { validations.append(EpochScores(epoch: epoch, scores: scores)) }
        }
        return (losses, validations)
    }
}

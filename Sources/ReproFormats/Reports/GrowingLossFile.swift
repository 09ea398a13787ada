/// `metrics.csv` while its run goes on: the file that ``LossFile`` has of the steps so far, at every moment. What a power cut takes
/// of it, the run that goes on from a checkpoint writes again.
public final class GrowingLossFile {
    private let path: String
    private var file: GrowingFile
    /// How many steps have their line.
    private var count: Int
    private var namesScores: Bool

    /// Writes the file anew, of the steps so far.
    ///
    /// - Throws: `FormatError`: what writing an `AtomicFile` throws.
    public init(path: String, _ losses: [StepLoss], validations: [EpochScores]) throws(FormatError) {
        self.path = path
        file = try GrowingLossFile.write(losses, validations, to: path)
        (count, namesScores) = (losses.count, !validations.isEmpty)
    }

    /// Writes the lines that the file still lacks. The first scores change the first line: the file is then written anew.
    ///
    /// - Parameters:
    ///   - losses: of all steps so far, those in the file among them.
    ///   - validations: all so far.
    /// - Throws: `FormatError`, `.inputOutput` or `.cannotCreate`; the file then has the lines that it had.
    public func update(_ losses: [StepLoss], validations: [EpochScores]) throws(FormatError) {
        if namesScores == validations.isEmpty {
            file = try GrowingLossFile.write(losses, validations, to: path)
            namesScores = !validations.isEmpty
        } else if count < losses.count {
            try file.append(Array(LossFile.lines(losses, count..<losses.count, validations).utf8))
        }
        count = losses.count
    }

    private static func write(
        _ losses: [StepLoss], _ validations: [EpochScores], to path: String
    ) throws(FormatError) -> GrowingFile {
        let text = Array(LossFile.text(losses, validations: validations).utf8)
        try AtomicFile.write(text, to: path, synchronized: false)
        return try GrowingFile(path: path, keeping: text.count)
    }
}

import ReproFormats
import ReproTestSupport
import ReproTraining
import Testing

/// Scores have the bits that scikit-learn and seqeval give.
@Suite struct MetricsTests {
    private static func cases(_ kind: String) throws -> [[String]] {
        let cases = try vectors.cases("metrics.txt").filter { $0[0] == kind }
        #expect(cases.count >= 40)
        return cases
    }

    private func bits(_ values: [Double]) -> String {
        values.map { value in
            let digits = String(value.bitPattern, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined(separator: ",")
    }

    private func bits(_ score: AveragedScore) -> [String] {
        [score.precision, score.recall, score.f1].map { bits([$0]) }
    }

    @Test func classesAreScoredAsByScikitLearn() throws {
        for (number, fields) in try Self.cases("classes").enumerated() {
            let matrix = ConfusionMatrix(
                targets: try list(fields[2]).map(decimal), predictions: try list(fields[3]).map(decimal),
                classes: try decimal(fields[1]))
            let scores = matrix.scores
            #expect(bits([matrix.accuracy]) == fields[4], "case \(number)")
            #expect(bits(matrix.macro) == Array(fields[5...7]), "case \(number)")
            #expect(bits(scores.map(\.precision)) == fields[8], "case \(number)")
            #expect(bits(scores.map(\.recall)) == fields[9], "case \(number)")
            #expect(bits(scores.map(\.f1)) == fields[10], "case \(number)")
            #expect(scores.map { String($0.actual) } == list(fields[11]), "case \(number)")
        }
    }

    @Test func spansAreScoredAsBySeqeval() throws {
        for (number, fields) in try Self.cases("spans").enumerated() {
            let scores = SpanScores(
                targets: list(fields[2]).map { Array($0.utf8) }, predictions: list(fields[3]).map { Array($0.utf8) },
                lengths: try list(fields[1]).map(decimal))
            #expect(bits(scores.micro) == Array(fields[4...6]), "case \(number)")
            #expect(bits(scores.macro) == Array(fields[7...9]), "case \(number)")
            #expect(scores.kinds.map { String(decoding: $0.kind, as: UTF8.self) } == list(fields[10]), "case \(number)")
            #expect(bits(scores.kinds.map(\.score.precision)) == fields[11], "case \(number)")
            #expect(bits(scores.kinds.map(\.score.recall)) == fields[12], "case \(number)")
            #expect(scores.kinds.map { String($0.score.actual) } == list(fields[14]), "case \(number)")
        }
    }

    @Test func numbersAreScoredAsByScikitLearn() throws {
        for (number, fields) in try Self.cases("regression").enumerated() {
            let scores = RegressionScores(
                targets: try list(fields[1]).map { Float(bitPattern: try hex32($0)) },
                predictions: try list(fields[2]).map { Float(bitPattern: try hex32($0)) })
            #expect(bits([scores.meanAbsoluteError]) == fields[3], "case \(number)")
            #expect(bits([scores.rootMeanSquaredError]) == fields[4], "case \(number)")
            #expect(bits([try #require(scores.r2)]) == fields[5], "case \(number)")
        }
    }

    @Test func oneNumberHasNoCoefficientOfDetermination() {
        #expect(RegressionScores(targets: [1], predictions: [2]).r2 == nil)
    }

    @Test func labelsAreSpansWhereAllAreOfTheirForm() {
        let areSpans = { (labels: [String]) in SpanScores.areSpans(labels.map { Array($0.utf8) }) }
        #expect(areSpans(["B-PER", "I-PER", "O"]))
        #expect(areSpans(["B-X"]))
        #expect(!areSpans(["O"]))
        #expect(!areSpans(["B-PER", "NOUN"]))
        #expect(!areSpans(["B-", "O"]))
        #expect(!areSpans([]))
    }

    @Test func theConfusionFileQuotesLabelsAndLeavesOutWhatNeverHappened() throws {
        let scores = SplitScores(
            .test, targets: [0, 0, 1, 0], predictions: [0, 1, 1, 0], classes: 2,
            labels: ["a,\"b\"", "c"].map { Array($0.utf8) }, lengths: nil)
        #expect(
            ConfusionFile.text(scores.confusionEntries)
                == "split,actual,predicted,count\ntest,\"a,\"\"b\"\"\",\"a,\"\"b\"\"\",2\ntest,\"a,\"\"b\"\"\",c,1\ntest,c,c,1\n"
        )
        #expect(ConfusionFile.text([]) == nil)
    }
}

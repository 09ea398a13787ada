import ReproFormats
import ReproNumerics
import ReproRandom

/// Numbers written in the experiment, `[B][T][I]`.
public struct ValuesSource: InspectionSource {
    static let format = "values"
    static let tasks = [Experiment.Task.inspection]

    /// The features of each step of each sequence.
    public var values: [[[Double]]]
    /// The valid steps of each sequence, one list per view.
    public var lengths: [[Int]]

    var options: JSONValue { ["input": values, "lengths": lengths] }

    func input(from streams: RandomStreams) -> (input: Tensor, lengths: [[Int]]) {
        let shape = [values.count, values[0].count, values[0][0].count]
        return (Tensor(shape: shape, elements: values.joined().joined().map { Float($0) }), lengths)
    }
}

extension ValuesSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        guard let values = try options.value("input").tensorOfDoubles else {
            throw options.error(
                "input", "not numbers [sequence][step][feature], finite and of equal sizes",
                remedy: "write [[[0.1, 0.2], [0.3, 0.4]]]")
        }
        self.init(values: values, lengths: try options.lengths(batch: values.count, steps: values[0].count))
    }
}

extension DataSource where Self == ValuesSource {
    /// Data that the configuration spells out.
    public static func values(_ values: [[[Double]]], lengths: [[Int]]) -> ValuesSource {
        ValuesSource(values: values, lengths: lengths)
    }
}

extension OptionReader {
    /// Sets of lengths; one of all steps where the option is absent.
    mutating func lengths(batch: Int, steps: Int) throws(FormatError) -> [[Int]] {
        guard has("lengths") else { return [[Int](repeating: steps, count: batch)] }
        let sets = try value("lengths").elements?.map { $0.integers ?? [] } ?? []
        guard !sets.isEmpty, sets.allSatisfy({ $0.count == batch && $0.allSatisfy { (1...steps).contains($0) } }) else {
            throw error("lengths", "not sets of \(batch) lengths from 1 to \(steps)", remedy: "write [[3, 3], [3, 2]]")
        }
        return sets
    }
}

extension JSONValue {
    /// The elements of an array of integers; nil where one of them is none.
    fileprivate var integers: [Int]? {
        guard let elements else { return nil }
        let integers = elements.compactMap(\.int)
        return integers.count == elements.count ? integers : nil
    }

    /// Numbers three deep, finite as binary32, every level of one size and none empty; nil for anything else.
    fileprivate var tensorOfDoubles: [[[Double]]]? {
        guard let sequences = elements, !sequences.isEmpty else { return nil }
        var result: [[[Double]]] = []
        for sequence in sequences {
            guard let steps = sequence.elements, !steps.isEmpty else { return nil }
            var rows: [[Double]] = []
            for step in steps {
                let numbers = step.elements?.compactMap(\.double) ?? []
                guard !numbers.isEmpty, numbers.count == step.elements?.count,
                    numbers.allSatisfy({ Float($0).isFinite }),
                    numbers.count == (result.first ?? rows).first?.count ?? numbers.count
                else { return nil }
                rows.append(numbers)
            }
            guard rows.count == (result.first?.count ?? rows.count) else { return nil }
            result.append(rows)
        }
        return result
    }
}

import ReproFormats
import ReproTrace
import ReproTraining

/// Which runs a sweep consists of: every combination of some options' values, each with every seed.
public struct SweepPlan: Sendable {
    /// An option, and the values that it takes one after the other.
    public struct Axis: Sendable, Equatable {
        /// The option's key, with dots between the objects around it.
        public let key: String
        /// Its values, in the order of the runs.
        public let values: [JSONValue]

        public init(key: String, values: [JSONValue]) {
            self.key = key
            self.values = values
        }
    }

    /// One combination of values, which its runs share.
    public struct Variant: Sendable, Equatable {
        /// One value for each axis.
        public let settings: [OptionSetting]
        /// The experiment with those values.
        public let experiment: Experiment

        /// The settings in words; `as configured` where there are none.
        public var title: String {
            settings.isEmpty ? "as configured" : settings.map(\.description).joined(separator: " ")
        }
    }

    /// One run: a variant with a seed.
    public struct Case: Sendable {
        /// The index of its variant.
        public let variant: Int
        /// The run's seed.
        public let seed: UInt64
        /// The run's name, which says its settings and seed, and can stand in a path.
        public let name: String
    }

    /// Every combination of values.
    public let variants: [Variant]
    /// Every run: variants in the order of the axes' values, the last axis fastest, and seeds within each.
    public let cases: [Case]

    /// - Throws: `FormatError` with the key for a value that an option cannot have, before anything runs.
    public init(_ experiment: Experiment, axes: [Axis], seeds: [UInt64]) throws(FormatError) {
        var combinations: [[OptionSetting]] = [[]]
        for axis in axes {
            combinations = combinations.flatMap { settings in
                axis.values.map { settings + [OptionSetting(key: axis.key, value: $0)] }
            }
        }
        var variants: [Variant] = []
        for settings in combinations {
            let varied = try experiment.setting(settings, path: "--vary")
            variants.append(Variant(settings: settings, experiment: varied))
        }
        self.variants = variants
        cases = variants.indices.flatMap { index in
            seeds.map { seed in
                let words = variants[index].settings.map(\.description) + ["seed=\(seed)"]
                return Case(variant: index, seed: seed, name: words.map(SweepPlan.escaped).joined(separator: ","))
            }
        }
    }

    /// Letters, digits and a few marks as they are, every other byte as `%` and two digits, as in a URL.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "="), UInt8(ascii: "+"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

import Foundation
import Testing

/// One change that somebody makes to what a golden was blessed from, or to where it is checked, and what `check` has to say.
struct Edit: Sendable, CustomTestStringConvertible {
    /// What is edited.
    enum Kind: String, CaseIterable, Sendable { case options, data, goldens, index, code, environment }

    let kind: Kind
    let what: String
    let exitCode: Int32
    /// Stands in each format's report; of an edit that changes nothing, `reproduced`.
    let sentence: String
    /// What stands there too.
    var naming: [String] = []
    /// More words for `check`.
    var arguments: [String] = []
    var environment: [String: String] = [:]
    let make: @Sendable (Workplace) throws -> Void

    var testDescription: String { "\(kind.rawValue): \(what)" }

    init(
        _ kind: Kind, _ what: String, _ exitCode: Int32, _ sentence: String, naming: [String] = [],
        arguments: [String] = [], environment: [String: String] = [:],
        make: @escaping @Sendable (Workplace) throws -> Void = { _ in }
    ) {
        self.kind = kind
        self.what = what
        self.exitCode = exitCode
        self.sentence = sentence
        self.naming = naming
        self.arguments = arguments
        self.environment = environment
        self.make = make
    }

    /// A text in a file that is replaced by another.
    static func replace(
        _ kind: Kind, _ what: String, _ exitCode: Int32, _ sentence: String, in file: String, _ old: String,
        _ new: String
    ) -> Edit {
        Edit(kind, what, exitCode, sentence) { try $0.replace(old, new, in: file) }
    }

    /// An option of the config that gets another value: a drift that says which.
    static func option(_ old: String, _ new: String, _ sentence: String, _ more: String...) -> Edit {
        Edit(.options, "\(old) becomes \(new)", 1, sentence, naming: more + ["nothing was run"]) {
            try $0.replace(old, new, in: "m/mood.json")
        }
    }

    /// A config that says the same otherwise.
    static func sameOptions(_ what: String, _ old: String, _ new: String) -> Edit {
        replace(.options, what, 0, "reproduced", in: "m/mood.json", old, new)
    }

    /// A data file with other bytes: a drift that says which lines.
    static func data(_ what: String, _ text: String, _ sentence: String, in file: String = "train") -> Edit {
        Edit(.data, what, 1, "../\(file).tsv: \(sentence)") { try $0.write("m/\(file).tsv", text) }
    }

    /// A changed bit of one tensor, as a changed build would give it.
    static func code(_ stage: String, _ tensor: String, _ place: String = "") -> Edit {
        let fault = stage + "/" + tensor + place
        return Edit(
            .code, fault, 1, "arithmetic: options, data and random streams agree, and the numbers moved",
            naming: [stage, tensor, "repro bisect --baseline PATH mood"], arguments: ["--perturb", fault])
    }
}

extension Workplace {
    func replace(_ old: String, _ new: String, in file: String) throws {
        let text = String(decoding: try bytes(file), as: UTF8.self)
        try #require(text.contains(old), "no '\(old)' in \(file)")
        try write(file, text.replacingOccurrences(of: old, with: new))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: self(name)) }
}

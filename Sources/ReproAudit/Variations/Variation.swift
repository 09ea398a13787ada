/// Something that should not change a program's result, and how the audit changes it.
public struct Variation: Sendable {
    /// The name by which options and findings know it.
    public let name: String
    /// What it changes, in a line.
    public let summary: String
    /// The value of every run that does not vary it; nil for what the user has.
    public internal(set) var base: String?
    /// The value of runs that vary it; nil where it is not varied.
    public internal(set) var varied: String?
    /// Further values, which only a grid tries.
    public internal(set) var further: [String] = []
    /// The value that pins it, so that it is the same in each run; nil where it differs between none, or cannot be pinned.
    public internal(set) var held: String?
    /// Why it is not varied here; nil where it is.
    public internal(set) var refusal: String?
    /// Variations by which alone it may have its effect.
    public let mayActThrough: [String]
    /// What a probe in the run's place tells differently where it took effect; empty where none can.
    let facts: [String]
    /// What a value may be, for messages; values of the user are held to it.
    let form: String
    let isValid: @Sendable (String) -> Bool
    /// Gives a run the value.
    let apply: @Sendable (String, inout RunSetting) -> Void

    init(
        _ name: String, _ summary: String, facts: [String], form: String = "any text",
        mayActThrough: [String] = [], isValid: @escaping @Sendable (String) -> Bool = { _ in true },
        apply: @escaping @Sendable (String, inout RunSetting) -> Void
    ) {
        self.name = name
        self.summary = summary
        self.facts = facts
        self.form = form
        self.mayActThrough = mayActThrough
        self.isValid = isValid
        self.apply = apply
    }

    /// The variation with its values here.
    func with(varied: String?, held: String? = nil, refusal: String? = nil) -> Variation {
        var variation = self
        variation.varied = refusal == nil ? varied : nil
        variation.held = refusal == nil ? held : nil
        variation.refusal = refusal
        return variation
    }

    /// Every value that it has in a grid, the one of unvaried runs first.
    var values: [String?] { [base] + further + (varied.map { [$0] } ?? []) }

    /// The factor of the ladder that it is.
    var factor: Factor {
        Factor(name, canVary: varied != nil, canHold: held != nil, mayActThrough: mayActThrough)
    }
}

import Testing

/// Asserts that a command refused with an exit code and a message that holds all of `parts`.
func expectRefusal(
    _ ending: Ending, _ code: Int32, naming parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(!ending.isSignal && ending.code == code, "\(ending)", sourceLocation: sourceLocation)
    #expect(ending.err.hasPrefix("repro: "), "\(ending)", sourceLocation: sourceLocation)
    for part in parts {
        #expect(ending.err.contains(part), "no '\(part)' in: \(ending)", sourceLocation: sourceLocation)
    }
}

/// Asserts that a command came to its end and wrote no message.
func expectSuccess(_ ending: Ending, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!ending.isSignal && ending.code == 0, "\(ending)", sourceLocation: sourceLocation)
}

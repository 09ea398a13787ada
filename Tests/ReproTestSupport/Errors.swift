import Testing

/// The error of a kind that a body throws.
package func thrown<Failure: Error>(
    _ type: Failure.Type, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) throws -> Failure {
    do {
        try body()
    } catch {
        return try #require(
            error as? Failure, "\(comment?.rawValue ?? ""): \(error)", sourceLocation: sourceLocation)
    }
    Issue.record("nothing was thrown: \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    throw NothingThrown()
}

private struct NothingThrown: Error {}

import Testing

#if compiler(>=6.3)  // The first that hands values to an exit test.
    /// A precondition that a caller breaks, and what the program says as it ends.
    package struct Breach: Sendable {
        package let says: String
        package let body: @Sendable () throws -> Void

        package init(_ says: String, _ body: @escaping @Sendable () throws -> Void) {
            self.says = says
            self.body = body
        }
    }

    extension ExitTest.Result {
        /// What the program wrote to standard error.
        package var words: String { String(decoding: standardErrorContent, as: UTF8.self) }
    }
#endif

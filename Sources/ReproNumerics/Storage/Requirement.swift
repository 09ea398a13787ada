// What a caller has to keep, checked in every build and said in every build.

/// Stops the program where a caller broke a precondition, with what is wrong and where on standard error.
///
/// The standard library's `precondition` does the same in debug builds; in optimised ones it stops without a word. It serves inner
/// loops, whose values a public entry has checked.
@inlinable
package func require(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
    line: UInt = #line
) {
    guard condition() else { fatalError(message(), file: file, line: line) }
}

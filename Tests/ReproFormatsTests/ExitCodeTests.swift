import ReproFormats
import Testing

@Suite struct ExitCodeTests {
    @Test(arguments: ExitCode.allCases)
    func oneCaseEndsWithItsOwnCode(_ code: ExitCode) {
        #expect(ExitCode.ofSeveral([code]) == code)
        #expect(ExitCode.ofSeveral([.success, code, .success]) == code)
    }

    /// Whatever fails beside it, a failing case never ends in success, nor in a code that did not occur.
    @Test(arguments: ExitCode.allCases, ExitCode.allCases)
    func severalCasesSucceedOnlyTogether(_ first: ExitCode, _ second: ExitCode) {
        let code = ExitCode.ofSeveral([first, second])
        #expect([first, second].contains(code))
        #expect((code == .success) == (first == .success && second == .success))
    }

    @Test func noCaseIsSuccess() { #expect(ExitCode.ofSeveral([]) == .success) }
}

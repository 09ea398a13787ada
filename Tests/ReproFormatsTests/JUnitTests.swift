import ReproFormats
import Testing

@Suite struct JUnitTests {
    @Test func aReportHoldsEveryOutcome() {
        let report = JUnitReport(suites: [
            .init(
                name: "check",
                cases: [
                    .init(name: "roman", className: "repro.check", outcome: .passed),
                    .init(
                        name: "layers", className: "repro.check",
                        outcome: .failure(message: "moved", details: ["a < b", "\"c\" & d"])),
                    .init(
                        name: "outputs", className: "repro.check", outcome: .error(message: "no golden", details: [])),
                    .init(name: "trec", className: "repro.check", outcome: .skipped(message: "no data")),
                ])
        ])
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites tests="4" failures="1" errors="1" skipped="1">
              <testsuite name="check" tests="4" failures="1" errors="1" skipped="1">
                <testcase name="roman" classname="repro.check"/>
                <testcase name="layers" classname="repro.check">
                  <failure message="moved">a &lt; b
            "c" &amp; d</failure>
                </testcase>
                <testcase name="outputs" classname="repro.check">
                  <error message="no golden"></error>
                </testcase>
                <testcase name="trec" classname="repro.check">
                  <skipped message="no data"/>
                </testcase>
              </testsuite>
            </testsuites>

            """.replacing("\"c\"", with: "&quot;c&quot;")
        #expect(String(decoding: report.encoded(), as: UTF8.self) == expected)
    }

    @Test func charactersThatDoNotShowAreWrittenOut() {
        let name = "\0\u{1}a\u{8}\t\n\r\u{1f}b\u{fffe}\u{ffff}é😀<>&\"'"
        let report = JUnitReport(suites: [.init(name: name, cases: [])])
        let text = String(decoding: report.encoded(), as: UTF8.self)
        #expect(
            text.contains(#"name="\u{0}\u{1}a\u{8}\t\n\r\u{1f}b\u{fffe}\u{ffff}é😀&lt;&gt;&amp;&quot;'""#), "\(text)")
    }
}

import Foundation

/// The Test Anything Protocol, version 14.
struct TAPRenderer: Renderer {
    func text(_ findings: Findings) -> String {
        var lines = ["TAP version 14", "1..\(findings.cases.count)"]
        for (index, finding) in findings.cases.enumerated() {
            let name = finding.name.replacingOccurrences(of: "\\", with: "\\\\")
                .replacingOccurrences(of: "#", with: "\\#")
            lines.append("\(finding.outcome == .passed ? "ok" : "not ok") \(index + 1) - \(name)")
            for line in finding.details.flatMap({ $0.plain.split(separator: "\n") }) { lines.append("# " + line) }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

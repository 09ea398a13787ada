import Repro

/// The first operation of an audited program that differs, as rows.
struct AuditOperationText {
    let operation: OperationFinding

    init(_ operation: OperationFinding) { self.operation = operation }

    var row: FindingRow { FindingRow("first", "\(strong: operation.name)  \(place)", below: below) }

    /// Where in the program.
    private var place: String {
        var parts = [operation.kind == .operation ? "" : "a difference of \(operation.kind.rawValue)"]
        if let line = operation.line { parts.append("\(line.file):\(line.line)") }
        if let module = operation.module { parts.append("in \(module)") }
        parts.append("step \(operation.step)")
        if let node = operation.node { parts.append("backward, \(node)") }
        if let process = operation.process { parts.append("process \(process)") }
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private var below: [FindingRow] {
        var rows: [FindingRow] = []
        if let other = operation.otherName { rows.append(FindingRow("instead", StyledText(other))) }
        if let detail = operation.detail { rows.append(FindingRow("known", StyledText(detail))) }
        if let recurrent = operation.recurrent { rows.append(FindingRow("within", StyledText(within(recurrent)))) }
        if let gap = operation.gap {
            let index = gap.index.map(String.init).joined(separator: ",")
            let distance = gap.ulp.map { ", \(grouped(Int(clamping: $0))) ulp" } ?? ""
            rows.append(
                FindingRow(
                    "element", "[\(index)]  \(gap.a) ≠ \(gap.b)\(distance); \(grouped(gap.different)) differ"))
        }
        if let last = operation.growth.last {
            rows.append(
                FindingRow(
                    "growth", "\(grouped(Int(clamping: last.ulp))) ulp in \(last.name), operation \(last.index)"))
        }
        if let isRepeated = operation.isRepeated {
            rows.append(
                FindingRow(
                    "alone",
                    isRepeated ? "run again by itself it gives both results" : "run again it gives other results"))
        }
        return rows
    }

    private func within(_ place: RecurrentPlace) -> String {
        var parts: [String] = []
        if let layer = place.layer {
            parts.append("layer \(layer)\(place.isReverse.map { $0 ? " backward" : " forward" } ?? "")")
        }
        if let step = place.step { parts.append("time step \(step)") }
        if let gate = place.gate { parts.append("gate \(gate)") }
        if let batch = place.batch, let unit = place.unit { parts.append("row \(batch), unit \(unit)") }
        if let contract = place.fromContract, contract.count == 2 {
            parts.append("\(contract[0]) and \(contract[1]) ulp from the contract's value")
        }
        return parts.joined(separator: ", ")
    }
}

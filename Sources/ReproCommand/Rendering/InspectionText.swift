import Repro

/// What an inspection saw, the way a notebook prints it.
struct InspectionText {
    let context: Context

    func write(_ inspection: Inspection) throws {
        for view in inspection.views {
            try Output.line()
            let lengths = view.lengths.map(String.init).joined(separator: ", ")
            try Output.line(
                context.palette.strong(
                    "\(view.module.asciiUppercased), \(view.lengths.count == 1 ? "length" : "lengths") \(lengths)"))
            for (name, tensor) in view.tensors {
                let shape = tensor.shape.map(String.init).joined(separator: " × ")
                try Output.line()
                try Output.line("\(name)  \(context.palette.faint(shape))")
                for line in InspectionText.lines(of: tensor) { try Output.line("  " + line) }
            }
            try Output.line()
            let width = view.identities.map(\.claim.count).max() ?? 0
            for identity in view.identities {
                let answer = identity.holds ? context.palette.good("true") : context.palette.bad("false")
                try Output.line(identity.claim.padded(width + 2) + answer)
            }
        }
    }

    /// Rows of a tensor, four decimals an element, nested as PyTorch nests them.
    static func lines(of tensor: Tensor) -> [String] {
        guard tensor.rank > 1 else {
            return [
                "[" + tensor.elements.map { decimal(Double($0), places: 4).leftPadded(7) }.joined(separator: " ") + "]"
            ]
        }
        var lines: [String] = []
        for index in 0..<tensor.shape[0] {
            let inner = InspectionText.lines(of: tensor.slice(index))
            for (position, line) in inner.enumerated() {
                let open = index == 0 && position == 0 ? "[" : " "
                let close = index == tensor.shape[0] - 1 && position == inner.count - 1 ? "]" : ""
                lines.append(open + line + close)
            }
        }
        return lines
    }
}

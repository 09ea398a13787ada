import Repro

/// What an inspection saw, the way a notebook prints it.
enum InspectionText {
    static func lines(_ inspection: Inspection) -> [StyledText] {
        inspection.views.flatMap { view -> [StyledText] in
            let lengths = view.lengths.map(String.init).joined(separator: ", ")
            let title = "\(view.module.asciiUppercased), \(view.lengths.count == 1 ? "length" : "lengths") \(lengths)"
            let tensors = view.tensors.flatMap { tensor -> [StyledText] in
                let shape = tensor.value.shape.map(String.init).joined(separator: " × ")
                return ["", "\(tensor.name)  \(faint: shape)"] + lines(of: tensor.value).map { "  \($0)" }
            }
            let width = view.identities.map(\.claim.count).max() ?? 0
            let identities = view.identities.map { identity -> StyledText in
                "\(identity.claim.padded(width + 2))\(identity.holds ? "\(good: "true")" : "\(bad: "false")" as StyledText)"
            }
            return ["", "\(strong: title)"] + tensors + [""] + identities
        }
    }

    /// Rows of a tensor, four decimals per element, nested as PyTorch nests them.
    static func lines(of tensor: Tensor) -> [String] {
        guard tensor.rank > 1 else {
            let numbers = tensor.elements.map { decimal(Double($0), places: 4).leftPadded(7) }
            return ["[" + numbers.joined(separator: " ") + "]"]
        }
        let inner = (0..<tensor.shape[0]).flatMap { lines(of: tensor.slice($0)) }
        return inner.enumerated().map { index, line in
            (index == 0 ? "[" : " ") + line + (index == inner.count - 1 ? "]" : "")
        }
    }
}

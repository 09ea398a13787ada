// Makes the file of tensors that explain a drift, beside a golden.

import ReproFormats
import ReproTrace
import ReproVerification

extension GoldenChange {
    /// A golden and its tensors; nil for those that are too large to be kept.
    public init(_ golden: Golden, tensors: [KeptTensor]?, replacing predecessor: Predecessor = .any) {
        self.init(golden, tensorBytes: tensors.map { GoldenChange.encoded($0, golden) } ?? [], replacing: predecessor)
    }

    /// The tensors of a golden that stays as it is.
    public init(tensors: [KeptTensor]?, of golden: Golden) {
        self.init(
            golden, tensorBytes: tensors.map { GoldenChange.encoded($0, golden) } ?? [], replacing: .shown(golden),
            isGoldenWritten: false)
    }

    /// No byte depends on who writes the tensors, or when.
    private static func encoded(_ tensors: [KeptTensor], _ golden: Golden) -> [UInt8] {
        Safetensors.encoded(
            tensors.map { NamedArray($0.name, $0.values) },
            metadata: [
                ("contract", String(Golden.contract)), ("digest", golden.root.hexadecimal),
                ("golden", golden.name.text),
            ])
    }
}

extension KeptTensor {
    /// - Precondition: no bytes of a data file.
    fileprivate var values: ArrayValue {
        bytes.withBytes { ArrayValue(leaf.elementType, shape: leaf.shape, bytes: $0)! }
    }
}

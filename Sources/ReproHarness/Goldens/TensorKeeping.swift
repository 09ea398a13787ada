// Writes the tensors that explain a drift beside goldens.

import Foundation
import ReproFormats
import ReproTrace
import ReproVerification

extension GoldenFolder {
    /// Writes the tensors beside a golden, or takes away those of an earlier one where the new are too large. No byte depends on
    /// who does it, or when.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`, where another's file has the name.
    public func write(_ tensors: [KeptTensor]?, of golden: Golden) throws(FormatError) {
        let path = tensorPath(of: golden.name)
        if let present = try? SafetensorsFile(path: path), !present.metadata.contains(where: { $0.key == "golden" }) {
            throw FormatError(
                .cannotCreate, path: path, problem: "holds tensors that are not a golden's",
                remedy: "move it elsewhere: beside '\(golden.name).json' this name is the golden's")
        }
        guard let tensors else {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        try Safetensors.write(
            tensors.map { NamedArray($0.name, $0.values) },
            metadata: [
                ("contract", String(Golden.contract)), ("digest", golden.root.hexadecimal),
                ("golden", golden.name.text),
            ], to: path)
    }
}

extension KeptTensor {
    /// - Precondition: no bytes of a data file.
    fileprivate var values: ArrayValue {
        bytes.withBytes { ArrayValue(leaf.elementType, shape: leaf.shape, bytes: $0)! }
    }
}

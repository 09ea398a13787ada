// What a training run and an inspection ask of the recorder besides.

import ReproNN
import ReproNumerics
import ReproTrace

extension Recorder {
    /// Watches the operations of the open stage, where it is to be looked into.
    var observer: OperationObserver? {
        guard operations.watches else { return nil }
        return OperationObserver { [operations] in operations.observe($0, &$1) }
    }

    /// Records a tensor that the digest covers where `hashed`; else it is an operation alone.
    func record(_ name: String, _ tensor: inout Tensor, hashed: Bool) throws {
        if hashed { try record(name, &tensor) } else { try observe(name, &tensor) }
    }
}

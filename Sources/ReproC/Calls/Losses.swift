import CRepro
import ReproNN
import ReproNumerics

/// `torch.nn.functional.cross_entropy`, and its gradient.
@_cdecl("repro_cross_entropy")
public func crossEntropy(
    _ call: UnsafePointer<repro_cross_entropy_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let (rows, classes) = (try size(call.rows, "rows", least: 0), try size(call.classes, "classes"))
        let logits = try call.logits.tensor("logits", [rows, classes])
        let weight = try call.weight.optional("weight", [classes])
        for (index, value) in (weight?.elements ?? []).enumerated() where !(value >= 0) {
            throw Refusal.argument("weight[\(index)] is \(value); expected 0 or more")
        }
        let ignored = Int(call.ignore_index)
        let targets = try call.targets.values("targets", allowed: "0 … \(classes - 1) or \(ignored)") {
            0..<classes ~= $0 || $0 == ignored
        }
        guard targets.count == rows else {
            throw Refusal.argument("targets are \(targets.count); expected \(rows), one for each row")
        }
        let smoothing = try number(call.label_smoothing, "label_smoothing", in: 0...1)
        let value = try given(call.value, "value")
        try call.gradient.expectIfPresent("gradient", [rows, classes])
        let loss = try engine.compute {
            try Loss.crossEntropy(
                logits, targets: targets, weight: weight, labelSmoothing: smoothing, ignoreIndex: ignored, engine: $0)
        }
        value.pointee = loss.value[offset: 0]
        call.gradient.write(loss.gradient)
    }
}

/// `torch.nn.functional.binary_cross_entropy_with_logits`, and its gradient.
@_cdecl("repro_binary_cross_entropy")
public func binaryCrossEntropy(
    _ call: UnsafePointer<repro_binary_cross_entropy_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let shape = [try size(call.rows, "rows", least: 0), try size(call.width, "width")]
        let logits = try call.logits.tensor("logits", shape)
        let targets = try call.targets.tensor("targets", shape)
        let weights = call.positive_weight.count == 1 ? 1 : shape[1]
        let weight = try call.positive_weight.optional("positive_weight", [weights])
        let value = try given(call.value, "value")
        try call.gradient.expectIfPresent("gradient", shape)
        let loss = try engine.compute {
            try Loss.binaryCrossEntropyWithLogits(logits, targets: targets, posWeight: weight, engine: $0)
        }
        value.pointee = loss.value[offset: 0]
        call.gradient.write(loss.gradient)
    }
}

import CRepro
import ReproNumerics
import ReproTrace

// SHA-256 over tensors and over what is made of them, as the contract's section 12 has it.

private func text(_ name: UnsafePointer<CChar>?) throws -> String {
    guard let text = String(validatingCString: try given(name, "name")) else {
        throw Refusal.argument("name is not UTF-8")
    }
    return text
}

private func write(_ digest: Digest, to memory: UnsafeMutablePointer<UInt8>) {
    for (index, byte) in digest.bytes.enumerated() { memory[index] = byte }
}

/// A tensor's leaf.
@_cdecl("repro_tensor_digest")
public func tensorDigest(
    _ call: UnsafePointer<repro_tensor_digest_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let name = try text(call.name)
        let types: [ElementType] = [.float32, .int64, .byte]
        guard types.indices.contains(Int(call.element_type)) else {
            throw Refusal.argument("element_type is \(call.element_type); expected REPRO_FLOAT32 … REPRO_BYTE")
        }
        let type = types[Int(call.element_type)]
        let shape = try list(call.shape, call.rank, "shape").enumerated().map { index, length in
            try size(length, "shape[\(index)]", least: 0)
        }
        var count = type.byteCount
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { throw Refusal.argument("shape \(shape) is beyond any memory") }
            count = product
        }
        guard Int64(count) == call.byte_count && (call.bytes != nil || count == 0) else {
            throw Refusal.argument("bytes are \(call.byte_count); expected \(count) of \(type.rawValue) \(shape)")
        }
        let digest = try given(call.digest, "digest")
        let bytes = UnsafeRawBufferPointer(start: call.bytes, count: count)
        write(
            engine.compute { engine in
                Hashing(engine: engine).tensor(
                    name: name, elementType: type, shape: shape, bytes: ByteView(lending: bytes))
            }, to: digest)
    }
}

/// A node over digests, without streams.
@_cdecl("repro_node_digest")
public func nodeDigest(
    _ call: UnsafePointer<repro_node_digest_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let name = try text(call.name)
        let count = try size(call.child_count, "child_count", least: 0)
        guard call.children != nil || count == 0 else { throw Refusal.argument("children are NULL") }
        let bytes = UnsafeBufferPointer(start: call.children, count: count * Digest.byteCount)
        let children = (0..<count).map { child in
            Digest(bytes: Array(bytes[(child * Digest.byteCount)..<((child + 1) * Digest.byteCount)]))
        }
        let digest = try given(call.digest, "digest")
        write(
            engine.compute { engine in
                let hashing = Hashing(engine: engine)
                return hashing.node(name: name, streams: hashing.streams([]), children: children)
            }, to: digest)
    }
}

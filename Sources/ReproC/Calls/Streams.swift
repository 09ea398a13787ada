import CRepro
import ReproNumerics
import ReproRandom

// Random streams, whose states are the caller's.

extension repro_stream {
    init(_ generator: PCG64) {
        let (state, increment) = (generator.state, generator.inc)
        self.init(
            state_high: state.high, state_low: state.low, increment_high: increment.high,
            increment_low: increment.low, has_buffered: generator.hasUInt32 ? 1 : 0,
            buffered: UInt64(generator.uinteger))
    }

    /// The generator in this state.
    func generator() throws -> PCG64 {
        guard increment_low & 1 == 1, has_buffered <= 1, buffered <= UInt64(UInt32.max) else {
            throw Refusal.argument("stream holds no state of a generator; repro_stream_create makes one")
        }
        return PCG64(
            state: (state_high, state_low), increment: (increment_high, increment_low),
            hasUInt32: has_buffered == 1, uinteger: UInt32(buffered))
    }
}

/// The stream of a seed and a spawn key, before its first draw.
@_cdecl("repro_stream_create")
public func createStream(
    _ call: UnsafePointer<repro_stream_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let key = try list(call.key, call.key_count, "key")
        try given(call.stream, "stream").pointee = repro_stream(
            PCG64(SeedSequence(seed: call.seed, spawnKey: Array(key))))
    }
}

/// The CRC-32 of a name; 0, that of no bytes, for NULL.
@_cdecl("repro_name_key")
public func nameKey(_ name: UnsafePointer<CChar>?) -> UInt32 {
    guard let name else { return 0 }
    return CRC32.checksum(
        sequence(state: name) { next in
            defer { next += 1 }
            return next.pointee == 0 ? nil : UInt8(bitPattern: next.pointee)
        })
}

/// Draws uniform numbers.
@_cdecl("repro_stream_uniform")
public func drawUniforms(
    _ call: UnsafePointer<repro_uniform_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let stream = try given(call.stream, "stream")
        var generator = try stream.pointee.generator()
        let output = try call.output.view("output", count: size(call.output.count, "output", least: 0))
        try FloatingPointEnvironment.verify()
        for index in 0..<output.count { output[index] = generator.uniform(from: call.low, to: call.high) }
        stream.pointee = repro_stream(generator)
    }
}

/// Draws an order.
@_cdecl("repro_stream_permutation")
public func drawPermutation(
    _ call: UnsafePointer<repro_permutation_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let stream = try given(call.stream, "stream")
        var generator = try stream.pointee.generator()
        let count = try size(call.count, "count", least: 0)
        if count > 0 {
            let output = try given(call.output, "output")
            for (index, value) in generator.permutation(count).enumerated() { output[index] = Int64(value) }
        }
        stream.pointee = repro_stream(generator)
    }
}

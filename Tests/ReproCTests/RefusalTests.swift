import CRepro
import ReproC
import ReproTestSupport
import Testing

/// A caller's mistakes through the C interface: a status and a message each, and nothing written.
@Suite struct RefusalTests {
    private static func engine() throws -> repro_handle {
        var engine: repro_handle = 0
        let status = withUnsafeMutablePointer(to: &engine) { engine in
            var call = repro_engine_call(kernels: nil, threads: 2, engine: engine)
            return repro_engine_create(&call, nil)
        }
        try #require(status == REPRO_OK)
        return engine
    }

    private static func message(_ error: repro_error) -> String {
        withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// A forward pass of 3 steps, 2 sequences, 2 inputs and 3 hidden units, whose fields a test changes.
    private static func forward(
        engine: repro_handle,
        _ change: (inout repro_recurrent_forward_call, inout repro_recurrent, inout [Int64]) -> Void
    ) -> (status: Int, message: String, written: Bool, tape: repro_handle) {
        var module = repro_recurrent(
            cell: Int64(REPRO_CELL_LSTM), input_size: 2, hidden_size: 3, layers: 1, bias: 1, bidirectional: 0,
            projection_size: 0, dropout: 0)
        var lengths: [Int64] = [3, 2]
        let sizes = [24, 36, 12, 12]
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 256)
        memory.initialize(repeating: 0.5)
        defer { memory.deallocate() }
        var call = repro_recurrent_forward_call()
        var tape: repro_handle = 0
        var error = repro_error()
        let inputs = sizes.map { repro_input(data: UnsafePointer(memory.baseAddress!), count: Int64($0)) }
        (call.engine, call.parameter_count) = (engine, 4)
        (call.layout, call.steps, call.batch) = (Int64(REPRO_STEPS_FIRST), 3, 2)
        call.input = repro_input(data: UnsafePointer(memory.baseAddress!), count: 12)
        call.output = repro_output(data: memory.baseAddress! + 128, count: 18)
        let status = inputs.withUnsafeBufferPointer { parameters in
            withUnsafeMutablePointer(to: &tape) { tape in
                call.parameters = parameters.baseAddress
                call.tape = tape
                lengths.withUnsafeBufferPointer {
                    call.lengths = repro_integers(data: $0.baseAddress, count: Int64($0.count))
                }
                change(&call, &module, &lengths)
                return lengths.withUnsafeBufferPointer { lengths in
                    if call.lengths.data != nil { call.lengths.data = lengths.baseAddress }
                    return withUnsafePointer(to: &module) { module in
                        if call.module == nil { call.module = module }
                        return repro_recurrent_forward(&call, &error)
                    }
                }
            }
        }
        return (Int(status), message(error), memory[128..<192].contains { $0 != 0.5 }, tape)
    }

    @Test func aCallThatFitsIsComputed() throws {
        let engine = try Self.engine()
        let result = Self.forward(engine: engine) { _, _, _ in }
        #expect(result.status == REPRO_OK && result.message == "" && result.written && result.tape != 0)
        #expect(repro_release(result.tape, nil) == REPRO_OK)
        #expect(repro_release(result.tape, nil) == REPRO_INVALID_HANDLE)
        #expect(repro_release(engine, nil) == REPRO_OK)
        #expect(Self.forward(engine: engine) { _, _, _ in }.status == REPRO_INVALID_HANDLE)
    }

    private typealias Change =
        @Sendable (
            inout repro_recurrent_forward_call, inout repro_recurrent, inout [Int64]
        ) -> Void

    private static let changes: [(says: String, change: Change)] = [
        ("engine 0 is none", { call, _, _ in call.engine = 0 }),
        ("engine 999999 is none", { call, _, _ in call.engine = 999_999 }),
        ("weights 999999 is none", { call, _, _ in call.weights = 999_999 }),
        ("is none: never made, released, used up, or of something else", { call, _, _ in call.weights = call.engine }),
        ("layout is 3;", { call, _, _ in call.layout = 3 }),
        ("cell is 4;", { _, module, _ in module.cell = 4 }),
        ("input_size is 0;", { _, module, _ in module.input_size = 0 }),
        ("hidden_size is -1;", { _, module, _ in module.hidden_size = -1 }),
        ("hidden_size is 9223372036854775807;", { _, module, _ in module.hidden_size = .max }),
        ("layers is 0;", { _, module, _ in module.layers = 0 }),
        ("bias is 2;", { _, module, _ in module.bias = 2 }),
        ("bidirectional is -1;", { _, module, _ in module.bidirectional = -1 }),
        ("projection_size is 3;", { _, module, _ in module.projection_size = 3 }),
        ("dropout is nan;", { _, module, _ in module.dropout = .nan }),
        ("dropout is 1.5;", { _, module, _ in module.dropout = 1.5 }),
        ("parameters are 4; expected 8", { call, module, _ in (module.bidirectional, call.output) = (1, .init()) }),
        (
            "parameters[0] has 24 elements; expected 36",
            { call, module, _ in (module.input_size, call.input.count) = (3, 18) }
        ),
        ("parameters is a list of 4 at NULL", { call, _, _ in call.parameters = nil }),
        ("parameters is a list of -4", { call, _, _ in call.parameter_count = -4 }),
        ("steps is 0;", { call, _, _ in call.steps = 0 }),
        ("batch is -2;", { call, _, _ in call.batch = -2 }),
        ("lengths are 2; expected 3", { call, _, _ in call.batch = 3 }),
        ("lengths[1] is 4; expected 1 … 3", { _, _, lengths in lengths[1] = 4 }),
        ("lengths[0] is 0; expected 1 … 3", { _, _, lengths in lengths[0] = 0 }),
        ("lengths is a list of 2 at NULL", { call, _, _ in call.lengths.data = nil }),
        ("lengths are absent", { call, _, _ in (call.layout, call.lengths) = (Int64(REPRO_PACKED), repro_integers()) }),
        ("input has 12 elements; expected 10", { call, _, _ in call.layout = Int64(REPRO_PACKED) }),
        ("input has 11 elements; expected 12", { call, _, _ in call.input.count = 11 }),
        ("input is NULL", { call, _, _ in call.input.data = nil }),
        (
            "input is not aligned",
            { call, _, _ in
                call.input.data = UnsafeRawPointer(call.input.data)!.advanced(by: 1).assumingMemoryBound(to: Float.self)
            }
        ),
        ("output has -18 elements", { call, _, _ in call.output.count = -18 }),
        (
            "hidden has 5 elements; expected 6",
            { call, _, _ in call.hidden = repro_output(data: call.output.data, count: 5) }
        ),
        (
            "initial_hidden has 7 elements",
            { call, _, _ in call.initial_hidden = repro_input(data: call.input.data, count: 7) }
        ),
        ("parameters[0] has 24 elements; expected 18", { _, module, _ in module.cell = Int64(REPRO_CELL_GRU) }),
        (
            "beyond any memory",
            { call, _, _ in (call.steps, call.batch, call.lengths) = (1 << 31, 1 << 31, repro_integers()) }
        ),
    ]

    @Test func aWrongCallIsRefusedAndNothingIsWritten() throws {
        let engine = try Self.engine()
        for (says, change) in Self.changes {
            let result = Self.forward(engine: engine, change)
            #expect(
                result.status == (says.contains("is none") ? REPRO_INVALID_HANDLE : REPRO_INVALID_ARGUMENT), "\(says)")
            #expect(result.message.contains(says), "“\(result.message)” says nothing of “\(says)”")
            #expect(!result.written && result.tape == 0, "\(says)")
        }
        #expect(repro_release(engine, nil) == REPRO_OK)
    }

    @Test func aTapeServesOneBackwardPass() throws {
        let engine = try Self.engine()
        let tape = Self.forward(engine: engine) { _, _, _ in }.tape
        var call = repro_recurrent_backward_call()
        (call.engine, call.tape, call.parameter_count) = (engine, tape, 3)
        var error = repro_error()
        #expect(repro_recurrent_backward(&call, &error) == REPRO_INVALID_ARGUMENT)
        #expect(Self.message(error) == "parameters is a list of 3 at NULL")
        call.parameter_count = 0
        // The tape's own input is gone with its memory, so nothing is asked of it but that it is there.
        call.tape = engine
        #expect(repro_recurrent_backward(&call, &error) == REPRO_INVALID_HANDLE)
        call.tape = tape
        #expect(repro_release(tape, nil) == REPRO_OK)
        #expect(repro_recurrent_backward(&call, &error) == REPRO_INVALID_HANDLE)
        #expect(Self.message(error).hasPrefix("tape \(tape) is none"))
        #expect(repro_release(engine, nil) == REPRO_OK)
    }

    @Test func everyFunctionRefusesNothingAtAll() {
        var error = repro_error()
        #expect(repro_engine_create(nil, &error) == REPRO_INVALID_ARGUMENT)
        #expect(Self.message(error) == "call is NULL")
        for status in [
            repro_stream_create(nil, nil), repro_stream_uniform(nil, nil), repro_stream_permutation(nil, nil),
            repro_weights_create(nil, nil), repro_recurrent_forward(nil, nil), repro_recurrent_backward(nil, nil),
            repro_linear_forward(nil, nil),
            repro_linear_backward(nil, nil), repro_embedding_forward(nil, nil), repro_embedding_backward(nil, nil),
            repro_layer_norm_forward(nil, nil), repro_layer_norm_backward(nil, nil), repro_dropout_forward(nil, nil),
            repro_dropout_backward(nil, nil), repro_cross_entropy(nil, nil), repro_binary_cross_entropy(nil, nil),
            repro_sgd_step(nil, nil), repro_adam_step(nil, nil), repro_clip_norm(nil, nil),
            repro_tensor_digest(nil, nil), repro_node_digest(nil, nil),
        ] { #expect(status == REPRO_INVALID_ARGUMENT) }
        #expect(repro_engine_kernels(0) == nil)
        #expect(repro_release(0, nil) == REPRO_INVALID_HANDLE)
        #expect(repro_name_key(nil) == 0)
        #expect(repro_interface() == UInt32(REPRO_INTERFACE))
    }

    @Test func aStreamThatIsNoneIsRefused() {
        var error = repro_error()
        var stream = repro_stream()
        var number: Float = 2
        let status = withUnsafeMutablePointer(to: &stream) { stream in
            withUnsafeMutablePointer(to: &number) { number in
                var call = repro_uniform_call(
                    stream: stream, low: 0, high: 1, output: repro_output(data: number, count: 1))
                return repro_stream_uniform(&call, &error)
            }
        }
        #expect(status == REPRO_INVALID_ARGUMENT && number == 2)
        #expect(Self.message(error) == "stream holds no state of a generator; repro_stream_create makes one")
    }
}

// A bidirectional LSTM trained through the C interface: forward, loss, backward, clipping, Adam. Prints a digest of the weights.
//
//     cc -std=c11 -I Sources/CRepro/include Tests/CInterface/example.c -L FOLDER -lrepro -Wl,-rpath,FOLDER
#include <repro.h>
#include <stdio.h>
#include <stdlib.h>

enum { T = 6, B = 3, I = 4, H = 5, COUNT = 8 };
static const char *names[COUNT] = {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse",
                                   "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse"};
static const int64_t sizes[COUNT] = {20 * I, 20 * H, 20, 20, 20 * I, 20 * H, 20, 20};
static repro_error error;

static void check(repro_status status) {
    if (status == REPRO_OK) return;
    fprintf(stderr, "status %d: %s\n", status, error.message);
    exit(1);
}

/// `count` numbers of U(low, high) from the stream (domain, key) of seed 42.
static float *draw(uint32_t domain, uint32_t key, double low, double high, int64_t count) {
    repro_stream stream;
    check(repro_stream_create(&(repro_stream_call){42, (uint32_t[]){domain, key}, 2, &stream}, &error));
    float *numbers = calloc((size_t)count, sizeof *numbers);
    check(repro_stream_uniform(&(repro_uniform_call){&stream, low, high, {numbers, count}}, &error));
    return numbers;
}

int main(int argc, char **argv) {
    repro_handle engine, tape;
    check(repro_engine_create(&(repro_engine_call){argc > 1 ? argv[1] : "auto", 2, &engine}, &error));
    const repro_recurrent lstm = {.cell = REPRO_CELL_LSTM, .input_size = I, .hidden_size = H, .layers = 1, .bias = 1, .bidirectional = 1};
    repro_output weights[COUNT], gradients[COUNT], first[COUNT], second[COUNT];
    for (int i = 0; i < COUNT; i++) {
        weights[i] = (repro_output){draw(0, repro_name_key(names[i]), -0.4472135954999579, 0.4472135954999579, sizes[i]), sizes[i]};
        gradients[i] = (repro_output){calloc((size_t)sizes[i], 4), sizes[i]};
        first[i] = (repro_output){calloc((size_t)sizes[i], 4), sizes[i]};
        second[i] = (repro_output){calloc((size_t)sizes[i], 4), sizes[i]};
    }
    const int64_t lengths[B] = {4, 6, 1}, targets[B] = {0, 3, 9};
    float *input = draw(1, 0, -1, 1, T * B * I), hidden[2 * B * H], d_hidden[2 * B * H], loss = 0;
    double norm = 0;
    for (int step = 1; step <= 20; step++) {
        check(repro_recurrent_forward(&(repro_recurrent_forward_call){
            .engine = engine, .module = &lstm, .parameters = (const repro_input *)weights, .parameter_count = COUNT,
            .layout = REPRO_STEPS_FIRST, .steps = T, .batch = B, .lengths = {lengths, B}, .input = {input, T * B * I},
            .hidden = {hidden, 2 * B * H}, .tape = &tape}, &error));
        // The forward direction's state, B × H, serves as logits of H classes; the target 9 is passed over.
        check(repro_cross_entropy(&(repro_cross_entropy_call){
            .engine = engine, .rows = B, .classes = H, .logits = {hidden, B * H}, .targets = {targets, B},
            .ignore_index = 9, .value = &loss, .gradient = {d_hidden, B * H}}, &error));
        for (int i = B * H; i < 2 * B * H; i++) d_hidden[i] = 0;
        check(repro_recurrent_backward(&(repro_recurrent_backward_call){
            .engine = engine, .tape = tape, .hidden = {d_hidden, 2 * B * H}, .parameters = gradients, .parameter_count = COUNT}, &error));
        check(repro_clip_norm(&(repro_clip_call){engine, 0.1, COUNT, gradients, &norm}, &error));
        check(repro_adam_step(&(repro_adam_call){
            engine, 0.05, 0.9, 0.999, 1e-8, 0, 0, step, COUNT, weights, (const repro_input *)gradients, first, second}, &error));
    }
    uint8_t digests[COUNT][32], digest[32];
    for (int i = 0; i < COUNT; i++)
        check(repro_tensor_digest(&(repro_tensor_digest_call){
            engine, names[i], REPRO_FLOAT32, &sizes[i], 1, weights[i].data, 4 * sizes[i], digests[i]}, &error));
    check(repro_node_digest(&(repro_node_digest_call){engine, "weights", digests[0], COUNT, digest}, &error));
    printf("loss %a norm %a digest ", loss, norm);
    for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
    printf("\n");
    if (repro_release(tape, &error) != REPRO_INVALID_HANDLE) return 1;
    check(repro_release(engine, &error));
    return 0;
}

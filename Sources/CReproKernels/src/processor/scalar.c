// The scalar operations that Swift takes from here: fma, and the canary for contraction.
#include "../simd/fma_emulated.h"
#include "processor.h"
#include "repro_processor.h"

#include "../simd/contraction.h"

float repro_fma_emulated(float a, float b, float c) {
    return fma_emulated((fma_floats){a}, (fma_floats){b}, (fma_floats){c})[0];
}

#if defined(__aarch64__)
// Part of the base instruction set: the builtin is the instruction, never a call.
float repro_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
float repro_contraction_canary(float a, float b, float c) { return a * b + c; }
#elif defined(__x86_64__)
__attribute__((target("fma"), noinline)) static float fma_instruction(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
}
float repro_fma(float a, float b, float c) {
    return repro_processor.has_fma ? fma_instruction(a, b, c) : repro_fma_emulated(a, b, c);
}
__attribute__((target("fma"), noinline)) static float canary_with_fma(float a, float b, float c) { return a * b + c; }
float repro_contraction_canary(float a, float b, float c) {
    return repro_processor.has_fma ? canary_with_fma(a, b, c) : a * b + c;
}
#else
float repro_fma(float a, float b, float c) { return repro_fma_emulated(a, b, c); }
float repro_contraction_canary(float a, float b, float c) { return a * b + c; }
#endif

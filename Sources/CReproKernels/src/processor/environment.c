// The floating-point environment of a thread, read from and written to its control register.
#include "repro_processor.h"

#include <stdint.h>

enum { rounding_fault = 1, results_flushed = 2, operands_flushed = 4, exceptions_unmasked = 8, other_rules = 16 };

#if defined(__x86_64__)
#include <xmmintrin.h>

// MXCSR: bits 13–14 rounding (0 is to nearest), bit 15 flush-to-zero, bit 6 denormals-are-zero, bits 7–12 the masks of
// the six exceptions (1 is masked), bits 0–5 which exceptions there have been.
unsigned repro_floating_point_faults(void) {
    unsigned control = _mm_getcsr(), faults = 0;
    if (control & 0x6000) faults |= rounding_fault;
    if (control & 0x8000) faults |= results_flushed;
    if (control & 0x0040) faults |= operands_flushed;
    if ((control & 0x1f80) != 0x1f80) faults |= exceptions_unmasked;
    return faults;
}

void repro_set_floating_point_environment(void) { repro_set_floating_point_faults(0); }

void repro_set_floating_point_faults(unsigned faults) {
    unsigned control = (_mm_getcsr() & 0x003f) | 0x1f80;
    if (faults & rounding_fault) control |= 0x2000;
    if (faults & results_flushed) control |= 0x8000;
    if (faults & operands_flushed) control |= 0x0040;
    // Division by zero alone: an inexact result, which nearly every operation has, would stop a test at once.
    if (faults & exceptions_unmasked) control &= ~0x0200u;
    _mm_setcsr(control);
}
#elif defined(__aarch64__)
// FPCR: bits 22–23 rounding (0 is to nearest), bit 24 (FZ) flushes results and operands alike, bits 8–12 and 15 let
// exceptions stop the program (on processors that can). Of processors with FEAT_AFP, bit 0 (FIZ) flushes operands, bit 1 (AH)
// changes how subnormals, NaNs and estimates are handled, and bit 2 (NEP) what scalar operations leave in the rest of a
// vector; on others these bits are 0. All bits of the contract's environment are 0.
static uint64_t control_register(void) {
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
}

unsigned repro_floating_point_faults(void) {
    uint64_t control = control_register();
    unsigned faults = 0;
    if (control & (3u << 22)) faults |= rounding_fault;
    if (control & (1u << 24)) faults |= results_flushed | operands_flushed;
    if (control & (1u << 0)) faults |= operands_flushed;
    if (control & 0x6) faults |= other_rules;
    if (control & 0x9f00) faults |= exceptions_unmasked;
    return faults;
}

void repro_set_floating_point_environment(void) { repro_set_floating_point_faults(0); }

void repro_set_floating_point_faults(unsigned faults) {
    uint64_t control = 0;
    if (faults & rounding_fault) control |= 1u << 22;
    if (faults & (results_flushed | operands_flushed)) control |= 1u << 24;
    if (faults & exceptions_unmasked) control |= 1u << 9;  // division by zero
    if (faults & other_rules) control |= 1u << 2;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}
#else
#include <fenv.h>

// No control register is known here; a sum shows what the environment does.
unsigned repro_floating_point_faults(void) {
    unsigned faults = fegetround() == FE_TONEAREST ? 0 : rounding_fault;
    volatile float smallest = 0x1p-126f;
    volatile float half = smallest * 0.5f;
    if (half == 0) return faults | results_flushed;
    volatile float twice = half * 2;
    return twice == smallest ? faults : faults | operands_flushed;
}

void repro_set_floating_point_environment(void) { fesetenv(FE_DFL_ENV); }

void repro_set_floating_point_faults(unsigned faults) {
    fesetround(faults & rounding_fault ? FE_DOWNWARD : FE_TONEAREST);
}
#endif

// The floating-point environment of a thread, read from and written to its control register.
#include "repro_kernels.h"

enum { rounding_fault = 1, results_flushed = 2, operands_flushed = 4 };

#if defined(__x86_64__)
#include <xmmintrin.h>

// MXCSR: bits 13–14 rounding (0 is to nearest), bit 15 flush-to-zero, bit 6 denormals-are-zero.
unsigned repro_floating_point_faults(void) {
    unsigned control = _mm_getcsr(), faults = 0;
    if (control & 0x6000) faults |= rounding_fault;
    if (control & 0x8000) faults |= results_flushed;
    if (control & 0x0040) faults |= operands_flushed;
    return faults;
}

void repro_set_floating_point_faults(unsigned faults) {
    unsigned control = _mm_getcsr() & ~0xe040u;
    if (faults & rounding_fault) control |= 0x2000;
    if (faults & results_flushed) control |= 0x8000;
    if (faults & operands_flushed) control |= 0x0040;
    _mm_setcsr(control);
}
#elif defined(__aarch64__)
// FPCR: bits 22–23 rounding (0 is to nearest), bit 24 flushes results and operands alike.
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
    return faults;
}

void repro_set_floating_point_faults(unsigned faults) {
    uint64_t control = control_register() & ~(uint64_t)(7u << 22);
    if (faults & rounding_fault) control |= 1u << 22;
    if (faults & (results_flushed | operands_flushed)) control |= 1u << 24;
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

void repro_set_floating_point_faults(unsigned faults) {
    fesetround(faults & rounding_fault ? FE_DOWNWARD : FE_TONEAREST);
}
#endif

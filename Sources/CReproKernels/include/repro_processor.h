// The processor: its name, the floating-point environment of a thread, and scalar operations that are instructions.

#ifndef REPRO_PROCESSOR_INTERFACE_H
#define REPRO_PROCESSOR_INTERFACE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// fma(a, b, c) rounded once: the hardware's instruction, or the exact emulation below. Never the C library's.
float repro_fma(float a, float b, float c);

/// The emulation alone, for processors without the instruction and for the tests that hold it to the hardware.
float repro_fma_emulated(float a, float b, float c);

/// a × b + c with two roundings, compiled where fma is available: the canary for the pragma that keeps compilers from
/// contracting it.
float repro_contraction_canary(float a, float b, float c);

/// What is wrong with this thread's floating-point environment: 0 where it is as the contract wants it, else a sum of
/// 1 (rounding is not to nearest), 2 (results are flushed to zero), 4 (operands are treated as zero), 8 (exceptions
/// stop the program), 16 (64-bit ARM: instructions follow other rules than usual, FPCR.AH or FPCR.NEP).
unsigned repro_floating_point_faults(void);

/// Gives this thread the contract's environment: rounding to nearest, nothing flushed, all exceptions masked.
void repro_set_floating_point_environment(void);

/// For tests: puts faults as above into this thread's environment (0 restores it). Where the processor has one switch
/// for results and operands, as 64-bit ARM does, either fault brings both; where exceptions cannot stop a program, 8
/// brings none, and where there are no other rules to follow, 16 brings none.
void repro_set_floating_point_faults(unsigned faults);

/// Whether this library was compiled with optimisations that change values: 0, or a sum of 1 (sums are reordered), 2 (products
/// and sums are contracted), 4 (divisions become multiplications by a reciprocal), 8 (NaN and infinity are taken for absent),
/// 16 (the sign of zero is ignored). Found by computing known answers.
unsigned repro_value_changes(void);

/// The processor's name (brand string), written with a terminating zero; empty where it cannot be told.
void repro_processor_name(char *buffer, size_t capacity);

/// Tells the processor that this thread is waiting in a loop.
static inline void repro_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#ifdef __cplusplus
}
#endif

#endif

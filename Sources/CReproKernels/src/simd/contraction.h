// Forbids the compiler to contract a × b + c into one fused operation: it is fused where the contract says so, by vfma,
// and nowhere else. Every file that computes includes this first; the pragma holds to the end of the file.
#ifndef REPRO_CONTRACTION_H
#define REPRO_CONTRACTION_H

#if defined(REPRO_FAULT_CONTRACTION)  // planted by Tests/Gates/bisect.sh
#pragma STDC FP_CONTRACT ON
#elif defined(__GNUC__) && !defined(__clang__)  // gcc knows no such pragma, and contracts unless it is told
#pragma GCC optimize("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif

#endif

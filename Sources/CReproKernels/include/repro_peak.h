// What a processor can do at most: for comparison, no part of any result.

#ifndef REPRO_PEAK_H
#define REPRO_PEAK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Runs `rounds` rounds of independent fused multiply-adds in the widest registers of this processor, more of them than
/// their latency hides, and returns the floating-point operations done (two each). Timed by the caller, it is the rate
/// that no kernel can exceed.
double repro_fma_peak(size_t rounds);

#ifdef __cplusplus
}
#endif

#endif

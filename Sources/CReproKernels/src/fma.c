#include "repro_kernels.h"
#pragma STDC FP_CONTRACT OFF
float repro_sqrt(float x) { return __builtin_sqrtf(x); }

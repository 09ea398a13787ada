// What the elementary functions of every path share: VF lanes of binary64 (vd2) and their bit patterns, the constants,
// and conversion. Arithmetic is the operators'; `wide_madd`, a × b + c with one rounding or two, is the path's own.
#include "../elementary/tables.h"

// Vectors wider than a register pass between functions that are always inlined, so no calling convention is involved.
#pragma GCC diagnostic ignored "-Wpsabi"

typedef uint64_t vu2 __attribute__((vector_size(VF * 8)));

VINLINE vd2 wide(double x) { return x - (vd2){0}; }
VINLINE vu2 wide_bits(uint64_t x) { return x - (vu2){0}; }
VINLINE vd2 widen(vf x) { return __builtin_convertvector(x, vd2); }
/// The rounding to binary32 that makes the result.
VINLINE vf narrow(vd2 x) { return __builtin_convertvector(x, vf); }

VINLINE vi lane_bits(uint32_t x) { return (int32_t)x - (vi){0}; }
VINLINE vf magnitude(vf x) { return (vf)((vi)x & lane_bits(0x7fffffff)); }
/// `size` with the sign of x; `size` itself may have any sign.
VINLINE vf with_sign(vf size, vf x) { return (vf)(((vi)size & lane_bits(0x7fffffff)) | ((vi)x & lane_bits(0x80000000))); }
/// y, with the one NaN of the contract where x is a NaN.
VINLINE vf canonical(vf x, vf y) { return vselect(x != x, (vf)lane_bits(0x7fc00000), y); }
/// `y` in the lanes whose input has the bit pattern `input`, else `result`.
VINLINE vf where_input(vf x, uint32_t input, uint32_t y, vf result) {
    return vselect((vi)x == lane_bits(input), (vf)lane_bits(y), result);
}

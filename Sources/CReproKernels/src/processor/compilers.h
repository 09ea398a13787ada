// What clang and gcc say differently: the instructions that the functions of a part of a file may use, and unrolled loops.
#ifndef REPRO_COMPILERS_H
#define REPRO_COMPILERS_H

#define REPRO_PRAGMA(text) _Pragma(#text)

#if defined(__clang__)
/// Functions from here to TARGET_END may use what `features` names.
#define TARGET_BEGIN(features) REPRO_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define TARGET_END REPRO_PRAGMA(clang attribute pop)
/// The next loop, whose count is known to the compiler, becomes straight code.
#define UNROLL REPRO_PRAGMA(clang loop unroll(full))
#else
#define TARGET_BEGIN(features) REPRO_PRAGMA(GCC push_options) REPRO_PRAGMA(GCC target(features))
#define TARGET_END REPRO_PRAGMA(GCC pop_options)
#define UNROLL REPRO_PRAGMA(GCC unroll 64)
#endif

#endif

/// The C interface of the engine: what librepro exports.
///
/// Numbers are binary32, row-major and the caller's; every result has the bits of the numerical contract, whatever the
/// kernels and the number of threads. Every function takes one structure, and an error that may be NULL, and returns
/// REPRO_OK or what went wrong. A wrong argument is refused before anything is computed or written; only memory that is
/// not what the caller says it is cannot be told.
///
/// Any number of engines may compute at once in any number of threads; calls that share an engine wait for each other.
/// Handles count up and are never used again, so that a released one is refused. In a process that fork made, engines
/// of its parent are refused with REPRO_FORKED, since their threads stayed behind; a new engine computes there.
///
/// Notation: T steps, B sequences, P positions (the sum of the lengths), I inputs, H hidden units, S the size of the
/// state (the projection's, else H), L layers, D directions, G gates (4, 3 or 1), N rows, C outputs or classes.
#ifndef REPRO_H
#define REPRO_H

#include "repro/base.h"
#include "repro/layers.h"
#include "repro/training.h"

#endif

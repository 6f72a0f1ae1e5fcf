#pragma once

/// A function that exists only inside its callers. Files of this room are compiled for several
/// levels of vector instructions: a copy of an inline function that the linker shares between them
/// could be one that the processor does not understand.
#define ADYTON_ALWAYS_INLINE __attribute__((always_inline)) inline

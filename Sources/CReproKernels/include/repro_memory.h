// Memory and the system: how the C library treats freed memory, of no consequence but time, and whether memory has a shadow.

#ifndef REPRO_MEMORY_H
#define REPRO_MEMORY_H

#ifdef __cplusplus
extern "C" {
#endif

/// Makes the C library keep freed memory for its next use, up to 1 GiB, instead of returning it to the system after
/// every pass, which would clear each page again. Does nothing where the library has no such setting.
void repro_keep_freed_memory(void);

/// Whether this was compiled with a sanitizer of addresses or threads. Its shadow of all memory takes terabytes of addresses, which
/// no limit on memory may forbid.
int repro_memory_has_shadow(void);

#ifdef __cplusplus
}
#endif

#endif

// Starts a program in a process of its own, with what posix_spawn cannot set: the mask of permissions, the processors, whether
// addresses are drawn, and a terminal of its own.

#ifndef REPRO_SPAWN_H
#define REPRO_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/// How a program is started. What is negative or null stays as it is in this process.
typedef struct repro_start {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// What it reads, writes and complains to; a negative one is closed.
    int streams[3];
    const char *directory;
    int umask;
    /// 0 for addresses that are the same each time, 1 for addresses that are drawn.
    int random_addresses;
    /// The processors that it may run on, by number.
    const int *processors;
    size_t processor_count;
    /// Whether its standard output is a terminal, which becomes its own.
    int has_terminal;
} repro_start;

/// Starts it at the head of a group of its own.
///
/// Returns its identifier; or the negated errno of the step that failed, whose name `failed` then receives.
pid_t repro_spawn(const repro_start *start, const char **failed);

/// From now on a process below this one whose parent ends becomes this one's child. 0, or -1 where the system cannot do that.
int repro_adopt_orphans(void);

/// Whether addresses can be kept from being drawn here: 1 or 0.
int repro_can_fix_addresses(void);

/// The variables of this process, `NAME=VALUE`, ended by a null.
char *const *repro_environment(void);

/// A new terminal that passes on bytes as they are: the end that is listened at, and the program's. 0, or -1 with errno.
int repro_open_terminal(int *own, int *theirs);

#endif

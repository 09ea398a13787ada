// Starting a program: between fork and exec stand only calls that a signal handler could make.

#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#endif

#include "repro_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/// What the child tells of a step that failed.
typedef struct failure {
    int step, code;
} failure;

static const char *const steps[] = {"a group of its own", "standard streams", "working directory", "processors",
                                    "address layout", "the program"};

static int set_processors(const repro_start *start) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < start->processor_count; i++) {
        if (start->processors[i] >= 0 && start->processors[i] < CPU_SETSIZE) CPU_SET(start->processors[i], &set);
    }
    return sched_setaffinity(0, sizeof set, &set);
#else
    (void)start;
    errno = ENOSYS;
    return -1;
#endif
}

static int set_addresses(int random) {
#if defined(__linux__)
    int now = personality(0xffffffff);
    if (now < 0) return -1;
    return personality(random ? now & ~ADDR_NO_RANDOMIZE : now | ADDR_NO_RANDOMIZE);
#else
    (void)random;
    errno = ENOSYS;
    return -1;
#endif
}

static int set_streams(const repro_start *start) {
    int streams[3];
    // Above those that they become, so that none overwrites another.
    for (int i = 0; i < 3; i++) {
        streams[i] = start->streams[i] < 0 ? -1 : fcntl(start->streams[i], F_DUPFD, 10);
        if (start->streams[i] >= 0 && streams[i] < 0) return -1;
    }
    for (int i = 0; i < 3; i++) {
        if (streams[i] < 0) {
            close(i);
        } else if (dup2(streams[i], i) < 0) {
            return -1;
        } else {
            close(streams[i]);
        }
    }
#if defined(TIOCSCTTY)
    if (start->has_terminal && start->streams[1] >= 0) ioctl(1, TIOCSCTTY, 0);
#endif
    return 0;
}

static void run_child(const repro_start *start, int report) {
    failure failure = {0, 0};
    // Signals are as a shell would leave them.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    if ((start->has_terminal ? (int)setsid() : setpgid(0, 0)) < 0) goto failed;
    failure.step = 1;
    if (set_streams(start) < 0) goto failed;
    failure.step = 2;
    if (start->directory && chdir(start->directory) < 0) goto failed;
    if (start->umask >= 0) umask((mode_t)start->umask);
    failure.step = 3;
    if (start->processor_count > 0 && set_processors(start) < 0) goto failed;
    failure.step = 4;
    if (start->random_addresses >= 0 && set_addresses(start->random_addresses) < 0) goto failed;
    failure.step = 5;
    execve(start->path, start->arguments, start->environment);
failed:
    failure.code = errno;
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

pid_t repro_spawn(const repro_start *start, const char **failed) {
    int ends[2];
    *failed = "a pipe to it";
    if (pipe(ends) < 0) return -errno;
    // Above the standard streams, which the child replaces.
    int report = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
    close(ends[1]);
    if (report < 0) {
        close(ends[0]);
        return -errno;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    *failed = "a process";
    pid_t process = fork();
    if (process == 0) run_child(start, report);
    int code = errno;
    close(report);
    if (process < 0) {
        close(ends[0]);
        return -code;
    }
    failure failure;
    ssize_t count;
    do {
        count = read(ends[0], &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (count == (ssize_t)sizeof failure) {
        *failed = steps[failure.step];
        return -failure.code;
    }
    return process;
}

int repro_adopt_orphans(void) {
#if defined(__linux__)
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#else
    return -1;
#endif
}

int repro_can_fix_addresses(void) {
#if defined(__linux__)
    int now = personality(0xffffffff);
    if (now < 0) return 0;
    int can = personality(now | ADDR_NO_RANDOMIZE) >= 0;
    personality(now);
    return can;
#else
    return 0;
#endif
}

extern char **environ;

char *const *repro_environment(void) { return environ; }

int repro_open_terminal(int *own, int *theirs) {
    *own = posix_openpt(O_RDWR | O_NOCTTY);
    if (*own < 0) return -1;
    const char *name;
    if (grantpt(*own) < 0 || unlockpt(*own) < 0 || !(name = ptsname(*own)) ||
        (*theirs = open(name, O_RDWR | O_NOCTTY)) < 0) {
        int code = errno;
        close(*own);
        errno = code;
        return -1;
    }
    struct termios settings;
    if (tcgetattr(*theirs, &settings) == 0) {
        settings.c_oflag &= ~(tcflag_t)OPOST;
        settings.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(*theirs, TCSANOW, &settings);
    }
    struct winsize size = {24, 80, 0, 0};
    ioctl(*theirs, TIOCSWINSZ, &size);
    return 0;
}

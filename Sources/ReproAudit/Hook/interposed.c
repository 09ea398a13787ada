// What a program asks of the C library, answered otherwise: the order of a folder's files, the time, and what the system draws.
//
// It is compiled where the audit runs and loaded in front of the C library by LD_PRELOAD. Variables say what it changes:
// REPRO_FILE_ORDER=ascending|descending   entries of folders, sorted by the bytes of their names
// REPRO_CLOCK=+SECONDS                    the time of day is moved
// REPRO_CLOCK==SECONDS                    the time of day stands there; other clocks go on by 1/512 s with each question
// REPRO_ENTROPY=fixed                     getrandom and getentropy give the same bytes in each process
// REPRO_INTERPOSED=FOLDER                 each process that loaded it leaves an empty file there, named by its number

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int order;
static int clock_kind; // 0 as it is, 1 moved, 2 pinned
static int64_t clock_seconds;
static int has_entropy;

static void read_variables(void) {
    static int done;
    if (done) return;
    done = 1;
    const char *text = getenv("REPRO_FILE_ORDER");
    if (text) order = strcmp(text, "ascending") == 0 ? 1 : strcmp(text, "descending") == 0 ? -1 : 0;
    text = getenv("REPRO_CLOCK");
    if (text && (*text == '+' || *text == '=')) {
        clock_kind = *text == '+' ? 1 : 2;
        clock_seconds = atoll(text + 1);
    }
    text = getenv("REPRO_ENTROPY");
    has_entropy = text && strcmp(text, "fixed") == 0;
}

__attribute__((constructor)) static void begin(void) {
    read_variables();
    const char *folder = getenv("REPRO_INTERPOSED");
    if (!folder) return;
    char path[4096];
    snprintf(path, sizeof path, "%s/%ld", folder, (long)getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) close(file);
}

// MARK: Folders

typedef struct listing {
    DIR *folder;
    struct dirent64 **entries;
    size_t count, next;
    struct listing *other;
} listing;

static listing *listings;

static int compare(const void *a, const void *b) {
    const struct dirent64 *const *left = a, *const *right = b;
    return order * strcmp((*left)->d_name, (*right)->d_name);
}

static void forget(DIR *folder) {
    for (listing **place = &listings; *place; place = &(*place)->other) {
        if ((*place)->folder != folder) continue;
        listing *gone = *place;
        *place = gone->other;
        for (size_t i = 0; i < gone->count; i++) free(gone->entries[i]);
        free(gone->entries);
        free(gone);
        return;
    }
}

static listing *read_all(DIR *folder) {
    struct dirent64 *(*next)(DIR *) = (struct dirent64 * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
    listing *all = calloc(1, sizeof *all);
    size_t room = 0;
    struct dirent64 *entry;
    while (all && next && (entry = next(folder))) {
        if (all->count == room) {
            room = room ? 2 * room : 64;
            struct dirent64 **more = realloc(all->entries, room * sizeof *more);
            if (!more) break;
            all->entries = more;
        }
        struct dirent64 *copy = calloc(1, sizeof *copy);
        if (!copy) break;
        memcpy(copy, entry, entry->d_reclen < sizeof *copy ? entry->d_reclen : sizeof *copy);
        all->entries[all->count++] = copy;
    }
    if (!all) return NULL;
    if (all->count) qsort(all->entries, all->count, sizeof *all->entries, compare);
    all->folder = folder;
    all->other = listings;
    listings = all;
    return all;
}

struct dirent64 *readdir64(DIR *folder) {
    read_variables();
    if (!order) {
        struct dirent64 *(*next)(DIR *) = (struct dirent64 * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
        return next(folder);
    }
    pthread_mutex_lock(&lock);
    listing *all = listings;
    while (all && all->folder != folder) all = all->other;
    if (!all) all = read_all(folder);
    struct dirent64 *entry = all && all->next < all->count ? all->entries[all->next++] : NULL;
    pthread_mutex_unlock(&lock);
    return entry;
}

#if defined(__LP64__)
// The two layouts are one where a file offset has 64 bits.
struct dirent *readdir(DIR *folder) { return (struct dirent *)readdir64(folder); }
#endif

void rewinddir(DIR *folder) {
    void (*rewind)(DIR *) = (void (*)(DIR *))dlsym(RTLD_NEXT, "rewinddir");
    pthread_mutex_lock(&lock);
    forget(folder);
    pthread_mutex_unlock(&lock);
    rewind(folder);
}

int closedir(DIR *folder) {
    int (*end)(DIR *) = (int (*)(DIR *))dlsym(RTLD_NEXT, "closedir");
    pthread_mutex_lock(&lock);
    forget(folder);
    pthread_mutex_unlock(&lock);
    return end(folder);
}

// MARK: Clocks

static int (*system_clock(void))(clockid_t, struct timespec *) {
    return (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

/// What a pinned clock shows: where it began, and 1/512 s for each question after the first `still` ones. Such times are exact in
/// binary, so that how long something took does not depend on how often the clock was asked before.
static void ask(int64_t begin, int64_t *asked, int64_t still, struct timespec *result) {
    int64_t ticks = __atomic_fetch_add(asked, 1, __ATOMIC_RELAXED) - still;
    if (ticks < 0) ticks = 0;
    result->tv_sec = (time_t)(begin + ticks / 512);
    result->tv_nsec = (long)(ticks % 512 * 1953125);
}

int clock_gettime(clockid_t clock, struct timespec *result) {
    read_variables();
    int code = system_clock()(clock, result);
    if (code != 0 || clock_kind == 0) return code;
    int is_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
    if (clock_kind == 1) {
        if (is_day) result->tv_sec += (time_t)clock_seconds;
    } else if (is_day) {
        // How often a program asks is not always the same; whoever waits for a later time asks often.
        static int64_t asked;
        ask(clock_seconds, &asked, 1000, result);
    } else if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
        static int64_t asked;
        ask(0, &asked, 0, result);
    } else {
        // Waiting until a time counts by the system's clock, which it cannot be far from.
        static int64_t began, asked;
        int64_t none = 0, now = result->tv_sec;
        __atomic_compare_exchange_n(&began, &none, now, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        ask(__atomic_load_n(&began, __ATOMIC_RELAXED), &asked, 0, result);
    }
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    result->tv_sec = now.tv_sec;
    result->tv_usec = (suseconds_t)(now.tv_nsec / 1000);
    return 0;
}

clock_t clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (clock_t)(now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / (1000000000 / CLOCKS_PER_SEC));
}

// MARK: What the system draws

/// SplitMix64, a sequence for each length that is asked for: a program that asks once more for its hash seed, say, gets the same bytes
/// for its generator as before.
static void draw(unsigned char *bytes, size_t count) {
    static uint64_t states[256];
    uint64_t *state = &states[count < 256 ? count : 0];
    for (size_t i = 0; i < count; i++) {
        uint64_t z = __atomic_add_fetch(state, 0x9e3779b97f4a7c15u, __ATOMIC_RELAXED) + count;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        bytes[i] = (unsigned char)(z ^ z >> 31);
    }
}

ssize_t getrandom(void *bytes, size_t count, unsigned flags) {
    read_variables();
    if (has_entropy) {
        draw(bytes, count);
        return (ssize_t)count;
    }
    ssize_t (*next)(void *, size_t, unsigned) = (ssize_t(*)(void *, size_t, unsigned))dlsym(RTLD_NEXT, "getrandom");
    return next(bytes, count, flags);
}

int getentropy(void *bytes, size_t count) {
    read_variables();
    if (has_entropy && count <= 256) {
        draw(bytes, count);
        return 0;
    }
    int (*next)(void *, size_t) = (int (*)(void *, size_t))dlsym(RTLD_NEXT, "getentropy");
    return next(bytes, count);
}

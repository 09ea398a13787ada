/// A library that is loaded before others and turns on the process: it changes the floating-point environment before `main` or at
/// the n-th call of `malloc`, and the locale. What it does stands in variables: `BEFORE` and `LATER` of flush, up, zero, traps; `CALL`;
/// `LOCALE`.
let hostileLibrary = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fenv.h>
    #include <locale.h>
    #include <stdlib.h>
    #include <string.h>
    static void flush(void) {
    #if defined(__x86_64__)
        unsigned state;
        __asm__ volatile("stmxcsr %0" : "=m"(state));
        state |= 0x8040;
        __asm__ volatile("ldmxcsr %0" : : "m"(state));
    #else
        unsigned long state;
        __asm__ volatile("mrs %0, fpcr" : "=r"(state));
        state |= 1ul << 24;
        __asm__ volatile("msr fpcr, %0" : : "r"(state));
    #endif
    }
    static void change(const char *how) {
        if (!strcmp(how, "flush")) flush();
        if (!strcmp(how, "up")) fesetround(FE_UPWARD);
        if (!strcmp(how, "zero")) fesetround(FE_TOWARDZERO);
        if (!strcmp(how, "traps")) feenableexcept(FE_DIVBYZERO | FE_INVALID);
    }
    __attribute__((constructor)) static void begin(void) {
        if (getenv("BEFORE")) change(getenv("BEFORE"));
        if (getenv("LOCALE") && !setlocale(LC_ALL, getenv("LOCALE"))) abort();
    }
    static long calls;
    void *malloc(size_t size) {
        static void *(*next)(size_t);
        if (!next) next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
        const char *how = getenv("LATER");
        if (how && __sync_add_and_fetch(&calls, 1) == atol(getenv("CALL"))) change(how);
        return next(size);
    }

    """

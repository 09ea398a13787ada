import CReproKernels

/// The sanitizer that the tests were built with, and what cannot be tested then.
///
/// Its runtime has to be the first library of a process, and its shadow of memory takes terabytes of addresses: what loads a library
/// before it, or limits memory, ends before the command begins.
package enum Sanitizer {
    /// Whether addresses or threads are watched, as `make sanitize` does.
    package static var isActive: Bool { repro_memory_has_shadow() != 0 }

    /// Whether a script for the shell cannot run beside a sanitizer.
    package static func excludes(script: String) -> Bool {
        isActive && ["LD_PRELOAD", "ulimit -v", "ulimit -d", "mount"].contains(where: script.contains)
    }
}

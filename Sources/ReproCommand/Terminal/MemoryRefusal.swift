import Foundation
import Repro

/// How the command ends where the system refuses it memory in the middle of its work: with what to do next, and 69.
///
/// Swift's runtime has no error for it: it says how many bytes it could not allocate, and aborts, as the libraries in C++ do. The
/// system's last error in the thread that aborts then is that there is no memory, ENOMEM; an abort for another reason stays one.
enum MemoryRefusal {
    /// From here on; processes of `repro check` have their parent say it instead.
    static func endWithAMessage() {
        errno = 0
        signal(SIGABRT) { number in
            // Nothing here may allocate.
            guard errno == ENOMEM else {
                signal(number, SIG_DFL)
                raise(number)
                return
            }
            let message: StaticString = """
                repro: memory ran out; raise the limit, as `ulimit -v unlimited; ulimit -d unlimited` does, \
                or take smaller batches or fewer threads

                """
            _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
            _exit(ExitCode.unavailable.rawValue)
        }
    }
}

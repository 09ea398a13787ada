import CRepro
import ReproNN
import ReproNumerics

/// Turns what a call threw into the status and the message that its caller gets.
struct Refusal: Error {
    let status: Int
    let message: String

    static func argument(_ message: String) -> Refusal { Refusal(status: REPRO_INVALID_ARGUMENT, message: message) }

    /// The status and the words of any error.
    init(_ error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let error as ShapeError: self = .argument(error.description)
        case let error as FloatingPointFault: self.init(status: REPRO_FLOATING_POINT, message: error.description)
        case let error as KernelUnavailable: self.init(status: REPRO_UNAVAILABLE, message: error.description)
        case let error as ThreadsUnavailable: self.init(status: REPRO_UNAVAILABLE, message: error.description)
        case let error as NothingCounted: self.init(status: REPRO_NOTHING_COUNTED, message: error.description)
        default: self.init(status: REPRO_INTERNAL, message: "\(error)")
        }
    }

    init(status: Int, message: String) { (self.status, self.message) = (status, message) }

    /// Writes the message for the caller, cut at a whole character where it is longer than there is room.
    func write(to error: UnsafeMutablePointer<repro_error>) {
        error.pointee.status = Int64(status)
        withUnsafeMutableBytes(of: &error.pointee.message) { room in
            var end = 0
            for character in message {
                let bytes = character.utf8
                guard end + bytes.count < room.count else { break }
                for byte in bytes {
                    room[end] = byte
                    end += 1
                }
            }
            room[end] = 0
        }
    }
}

/// Carries out a call of the interface: what it throws becomes a status.
func answer(_ error: UnsafeMutablePointer<repro_error>?, _ body: () throws -> Void) -> repro_status {
    do {
        try body()
        return repro_status(REPRO_OK)
    } catch let thrown {
        let refusal = Refusal(thrown)
        if let error { refusal.write(to: error) }
        return repro_status(refusal.status)
    }
}

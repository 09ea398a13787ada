import Foundation
import ReproTestSupport
import Testing

let vectors = Vectors(.module)

func key(_ field: String) throws -> [UInt32] {
    try list(field).map(hex32)
}

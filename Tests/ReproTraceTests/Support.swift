import Foundation
import ReproNumerics
import ReproTestSupport
import ReproTrace
import Testing

let vectors = Vectors(.module)

/// A recorder's stage of one tensor.
func record(_ recorder: Recorder, _ stage: StageID, _ name: String, _ tensor: Tensor) throws {
    var tensor = tensor
    recorder.begin(stage)
    try recorder.record(name, &tensor)
    try recorder.end()
}

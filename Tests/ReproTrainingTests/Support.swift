import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

let vectors = Vectors(.module)

func shipped(_ name: String) throws -> Experiment {
    try #require(Experiment.shipped(named: name), "no experiment \(name)")
}

/// An experiment cut to so many epochs.
func shortened(_ name: String, epochs: Int) throws -> Experiment {
    var experiment = try shipped(name)
    experiment.training?.epochs = epochs
    return experiment
}

/// The stages of a run as they ended, with all their leaves; the whole run's root where it was not cut off.
struct Record {
    var stages: [Stage] = []
    var root: Digest?

    /// - Parameter steps: how many optimiser steps to take; nil for all.
    init(_ experiment: Experiment, seed: UInt64, engine: Engine, steps: Int? = nil) throws {
        struct Enough: Error {}
        nonisolated(unsafe) var stages: [Stage] = []
        let options = RunOptions(onProgress: { event in
            guard case .stage(let stage) = event else { return }
            stages.append(stage)
            if let steps, stages.count(where: \.isStep) >= steps { throw Enough() }
        })
        do {
            root = try experiment.run(seed: seed, engine: engine, options: options).trace.root
        } catch is Enough {}
        self.stages = stages
    }
}

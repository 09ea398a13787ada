import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace
import ReproTraining
import Testing

func vector(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil), "no vector \(name)").path
}

/// Worker counts that divide work in every way: not at all, by direction, by direction and unit, with one left over.
let workerCounts = [1, 2, 3, 7]

/// An engine that shares even the smallest work.
func engine(_ path: KernelPath, workers: Int) throws -> Engine {
    Engine(kernels: try path.kernels(), workers: try Workers(count: workers), parallelThreshold: 0)
}

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

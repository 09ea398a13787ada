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
    Engine(kernels: try path.kernels(), workers: Workers(count: workers), parallelThreshold: 0)
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
        nonisolated(unsafe) var stages: [Stage] = []
        let options = RunOptions(
            isInterrupted: { steps.map { limit in stages.count(where: \.isStep) >= limit } ?? false },
            onProgress: { if case .stage(let stage) = $0 { stages.append(stage) } })
        do {
            root = try experiment.run(seed: seed, engine: engine, options: options).trace.root
        } catch is RunInterrupted where steps != nil {}
        self.stages = stages
    }
}

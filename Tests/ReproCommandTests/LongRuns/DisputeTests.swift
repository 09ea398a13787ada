import Foundation
import Repro
import ReproTestSupport
import Testing

/// Two runs of which one was computed with a fault: where they part, and who is right.
@Suite(.enabled(if: Built.exists, Built.absence)) struct DisputeTests {
    /// A committed run of twelve steps, with a fault planted in it where one is given.
    private func commit(
        _ place: Workplace, _ output: String, fault: Perturbation? = nil, every steps: Int = 2, tensors: Bool = false
    ) throws {
        if !place.exists("mood.json") { try LongRun.prepare(place) }
        let engine = try Engine(threads: 1)
        let experiment = try Experiment.read(path: place("mood.json")).experiment
        let manifest = RunManifest(
            experiment: experiment, seed: 7, origin: place("mood.json"), configured: experiment, keepsTensors: tensors,
            schedule: .steps(steps), keeping: RunManifest.all)
        let directory = RunDirectory(path: place(output))
        let keeper = RunKeeper(
            manifest, in: directory, engine: engine, seconds: { 0 }, isAskedToStop: { false },
            protecting: { try $0() })
        var options = RunOptions(
            detail: tensors ? .tensor : .stage, perturbation: fault, resolve: { place($0) })
        options.onState = keeper.observe
        let result = try experiment.run(seed: 7, engine: engine, options: options)
        try keeper.settle()
        try #require(keeper.folder).finish(result, environment: RunEnvironment(engine: engine))
    }

    private func dispute(_ place: Workplace) throws -> JSONValue {
        let ending = try place.repro("dispute", "mine", "theirs", "--format", "json", "--threads", "2")
        #expect(ending.code == 1, "\(ending)")
        return try ending.json()
    }

    private func fault(_ stage: StageID, _ tensor: String) -> Perturbation {
        Perturbation(stage: stage, tensor: tensor, kind: .bit(20))
    }

    @Test func theSameRunsAgree() throws {
        try withWorkplace { place in
            try commit(place, "mine")
            try commit(place, "theirs", every: 3)
            expectSuccess(try place.repro("dispute", "mine", "theirs"))
        }
    }

    @Test(arguments: [0, 5, 11]) func theFirstStepThatDiffersIsFound(step: Int) throws {
        try withWorkplace { place in
            try commit(place, "mine")
            try commit(place, "theirs", fault: fault(.step(step), "logits"))
            let answer = try dispute(place)
            #expect(answer["stage"]?.string == StageID.step(step).description)
            #expect(answer["agreedStep"]?.int == step / 2 * 2)
            #expect(answer["partedStep"]?.int == step / 2 * 2 + 2)
            #expect(answer["right"]?.elements?.map(\.bool) == [true, false])
            #expect(try #require(answer["computedSteps"]?.int) <= 2)
            // 7 states and at most 17 stages.
            #expect(try #require(answer["comparisons"]?.int) <= 10)
        }
    }

    @Test func theOperationIsFoundWhereTensorsAreKept() throws {
        try withWorkplace { place in
            try commit(place, "mine", tensors: true)
            try commit(place, "theirs", fault: fault(.step(4), "logits"), tensors: true)
            let answer = try dispute(place)
            #expect(answer["tensor"]?.string == "logits")
            let operations = answer["operations"]?.elements?.compactMap(\.string) ?? []
            #expect(operations.last == "logits" && operations.count > 1, "\(operations)")
        }
    }

    /// A state after every step keeps the tensors of that step.
    @Test func theOperationIsFoundWhereEveryStateIsKept() throws {
        try withWorkplace { place in
            try commit(place, "mine", fault: fault(.step(7), "grad.linear.weight"), every: 1)
            try commit(place, "theirs", every: 1)
            let answer = try dispute(place)
            #expect(answer["tensor"]?.string == "grad.linear.weight")
            #expect(answer["right"]?.elements?.map(\.bool) == [false, true])
            #expect(answer["computedSteps"]?.int == 1)
        }
    }

    @Test func whatDiffersInTheEvaluationAloneIsFound() throws {
        try withWorkplace { place in
            try commit(place, "mine")
            try commit(place, "theirs", fault: fault(.evaluation, "test.logits"))
            let answer = try dispute(place)
            #expect(answer["stage"]?.string == "evaluation")
            #expect(answer["tensor"]?.string == "test.logits")
            #expect(answer["agreedStep"]?.int == 12 && answer["partedStep"]?.isNull == true)
        }
    }

    @Test func runsOfOtherSeedsCannotBeCompared() throws {
        try withWorkplace { place in
            try commit(place, "mine")
            expectSuccess(
                try place.repro(
                    "run", "--config", "mood.json", "--seed", "8", "--output", "theirs", "--checkpoint-every", "2"))
            expectRefusal(try place.repro("dispute", "mine", "theirs"), 2, naming: "asked for different things")
        }
    }
}

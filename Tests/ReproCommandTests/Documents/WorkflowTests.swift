import Foundation
import Testing

/// The gate that reads workflows: it accepts ours, and refuses what a service would stumble over.
@Suite(.enabled(if: Programs.haveYAML, "needs python3 with PyYAML")) struct WorkflowTests {
    private func verdict(_ workflow: String?) throws -> Ending {
        var ending: Ending?
        try withWorkplace { place in
            if let workflow { try place.write("w.yml", workflow) }
            let files = workflow == nil ? [] : [place("w.yml")]
            ending = try place.run(
                ["/usr/bin/env", "python3", "Tests/Gates/workflows.py"] + files, in: Built.package)
        }
        return try #require(ending)
    }

    @Test func ourWorkflowsAndTheReadmesCallWhatThereIs() throws {
        let ending = try verdict(nil)
        #expect(ending.code == 0, "\(ending)")
    }

    @Test(arguments: [
        ("on: push\njobs: {a: {steps: [{run: make tests}]}}", "no target 'tests'"),
        ("on: push\njobs: {a: {steps: [{run: make test && make chek}]}}", "no target 'chek'"),
        ("on: push\njobs: {a: {steps: [{run: .build/release/repro chek --format github}]}}", "no such command"),
        ("on: push\njobs: {a: {steps: [{name: nothing}]}}", "either run or uses"),
        ("on: push\njobs: {a: {steps: []}}", "lacks"), ("jobs: {a: {steps: [{run: make test}]}}", "lacks"),
        ("on: [push\njobs: {}", "no YAML"), ("", "lacks"),
    ])
    func aWorkflowThatCouldNotRunIsRefused(workflow: String, reason: String) throws {
        let ending = try verdict(workflow + "\n")
        #expect(ending.code == 1 && ending.out.contains(reason), "\(ending)")
    }

    @Test func aWorkflowThatCanRunIsAccepted() throws {
        let ending = try verdict("on: push\njobs: {a: {steps: [{run: make -C there test}, {uses: x/y@v1}]}}\n")
        #expect(ending.code == 0, "\(ending)")
    }
}

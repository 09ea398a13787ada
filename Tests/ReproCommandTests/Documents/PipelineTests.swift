import Foundation
import Testing

private let needs = Programs.haveYAML && Programs.haveGit && Programs.haveMake

/// What the pipelines for GitHub, GitLab, git and pre-commit and the container file say is run, step by step.
@Suite(.enabled(if: Built.exists, Built.absence), .enabled(if: needs, "needs make, git, python3 with PyYAML"))
struct PipelineTests {
    @Test func everyPipelineDoesAsItSays() throws {
        try withWorkplace { place in
            let command = try #require(Built.path)
            let ending = try place.run(
                ["/usr/bin/env", "python3", "Tests/Pipelines/pipelines.py", command], in: Built.package, seconds: 300)
            #expect(ending.code == 0, "\(ending)")
            #expect(ending.out.components(separatedBy: "ok: ").count == 8, "\(ending)")
        }
    }
}

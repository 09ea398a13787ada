import Testing

/// The README and the articles can be followed: each command does as it says, twice, and nothing is left behind.
@Suite(.enabled(if: Built.exists, Built.absence), .enabled(if: Programs.haveGit, "needs git")) struct ReadmeTests {
    @Test func everyCommandOfEveryDocumentDoesAsItSaysTwiceAndLeavesNothing() throws {
        let documents = try Documents.withCommands.map { (name: $0, text: try Documents.text($0)) }
        #expect(documents.count >= 6)
        try withWorkplace { place in
            for fault in try Checkout(place).faults(following: documents) { Issue.record("\(fault)") }
        }
    }

    @Test(arguments: [
        ("touch left", "Would remove left"), ("mkdir left", "Would remove left/"), ("touch left.o", "left.o"),
        ("rm LICENSE", " D LICENSE"), ("echo >> Goldens/index.json", " M Goldens/index.json"),
        ("mkdir -p .repro\nmkdir .repro/here", "the second time: exits with 1"),
        ("false", "the first time: exits with 1"),
    ])
    func aDocumentThatLeavesSomethingOrCannotBeFollowedTwiceIsReported(commands: String, reason: String) throws {
        try withWorkplace { place in
            let faults = try Checkout(place).faults(following: [("a.md", "```sh\n\(commands)\n```\n")])
            #expect(faults.contains { $0.contains(reason) }, "\(faults)")
        }
    }

    @Test func whatADocumentClearsAwayIsNotReported() throws {
        try withWorkplace { place in
            let commands = "touch here .repro.txt\nrm here .repro.txt\nmkdir -p .repro\ntouch .repro/run"
            let faults = try Checkout(place).faults(following: [("a.md", "```sh\n\(commands)\n```\n")])
            #expect(faults.isEmpty, "\(faults)")
        }
    }

    /// The two commands that a newcomer types first.
    @Test func theReadmeNamesMakeRunAndMakeTest() throws {
        let asked = CommandBlock.all(in: try Documents.text("README.md")).flatMap { $0.script.makeTargets }
        #expect(asked.contains("run") && asked.contains("test"))
    }

    private func fault(_ block: String, exits: Int = 0) throws -> String? {
        let markdown =
            "# Title\n\nText.\n<!-- exits=\(exits) -->\n```sh\n\(block)\n```\n\n```\nfalse\n```\n\n```yaml\n- false\n```\n"
        let blocks = CommandBlock.all(in: markdown)
        try #require(blocks.count == 1)
        #expect(blocks[0].line == 5)
        var fault: String?
        try withWorkplace { fault = try blocks[0].fault(in: $0, targets: ["run"]) }
        return fault
    }

    @Test func blocksThatDoAsTheySayPass() throws {
        for block in [
            "repro --version", "$ repro --version\nrepro 0.0 (output, not a command)", "# a comment\ntrue  # another",
            "make run   # builds first", "git clone https://example.org/a/b.git\ncd b\ncd b",
            "cat > x << 'END'\nmake nothing\nfalse\nEND\ngrep -q nothing x", "repro random --seed 1 \\\n  --count 1",
        ] {
            #expect(try fault(block) == nil, "\(block)")
        }
        #expect(try fault("true\nrepro check --goldens absent", exits: 2) == nil)
    }

    @Test func blocksThatDoOtherwiseAreReported() throws {
        for block in [
            "repro runn", "true\nrepro check --goldens absent\ntrue", "$ repro run\nexpected output", "make nothing",
            "repro list | false | cat", "repro --version && no-such-command", "echo $UNSET_VARIABLE", "cd absent",
        ] {
            #expect(try fault(block) != nil, "\(block)")
        }
        #expect(try fault("repro --version", exits: 1) != nil)
        #expect(try fault("repro check --goldens absent", exits: 1) != nil)
        #expect(try fault("false\nrepro --version", exits: 1)?.contains("before its last") == true)
        #expect(try fault("repro run").map { $0.contains("failed in line 6: repro run") } == true)
    }
}

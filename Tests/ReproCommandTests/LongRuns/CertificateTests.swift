import Foundation
import Repro
import ReproTestSupport
import Testing

/// A run that commits to its states is believed where it can be computed again, and only there.
@Suite(.enabled(if: Built.exists, Built.absence)) struct CertificateTests {
    private func commit(_ place: Workplace, _ more: String..., output: String = "out") throws {
        if !place.exists("mood.json") { try LongRun.prepare(place) }
        expectSuccess(try place.run(try LongRun.words(output) + ["--checkpoint-every", "2"] + more))
    }

    private func verify(_ place: Workplace, _ more: String...) throws -> Ending {
        let command = try #require(Built.path)
        return try place.run([command, "verify", "out", "--format", "json"] + more)
    }

    private func expectForged(
        _ ending: Ending, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(!ending.isSignal && ending.code == 1, "\(ending)", sourceLocation: sourceLocation)
        let reasons = try ending.json()["forged"]?.elements?.compactMap(\.string) ?? []
        #expect(reasons.contains { $0.contains(reason) }, "\(ending)", sourceLocation: sourceLocation)
    }

    @Test func theChainChangesNoDigestAndDependsOnNoMachine() throws {
        try withWorkplace { place in
            try commit(place, "--keep-checkpoints", "all", "--threads", "1")
            try commit(place, "--threads", "3", "--kernels", "reference", output: "other")
            expectSuccess(try place.run(try LongRun.words("plain")))
            let chain = try place.bytes("out/checkpoints/chain.json")
            #expect(try place.bytes("other/checkpoints/chain.json") == chain)
            #expect(
                try RecordedRun(path: place("plain/run.json")).root == RecordedRun(path: place("out/run.json")).root)
            // A run that was killed between a checkpoint and the chain, and gone on with, commits to the same states.
            for name in ["out/run.json"]
                + [8, 10, 12].map({ "out/checkpoints/step-0000\($0 < 10 ? "0" : "")\($0).safetensors" })
            {
                try FileManager.default.removeItem(atPath: place(name))
            }
            let text = String(decoding: chain, as: UTF8.self)
            let document = try JSONValue.parse(text, path: "chain.json")
            var links = try #require(document["links"]?.elements)
            links.removeSubrange(3...)
            try place.write(
                "out/checkpoints/chain.json",
                JSONValue.object(
                    (document.members ?? []).compactMap { member in
                        ["root", "head"].contains(member.key)
                            ? nil : member.key == "links" ? .init("links", .array(links)) : member
                    }
                ).text(.pretty))
            expectSuccess(try place.repro("resume", "out", "--threads", "2"))
            #expect(try place.bytes("out/checkpoints/chain.json") == chain)
        }
    }

    @Test func anHonestRunIsBelieved() throws {
        try withWorkplace { place in
            try commit(place, "--keep-checkpoints", "all")
            let all = try verify(place, "--all")
            expectSuccess(all)
            #expect(try all.json()["intervals"]?.int == 7)
            let drawn = try verify(place, "--intervals", "3", "--seed", "5", "--threads", "2", "--kernels", "reference")
            expectSuccess(drawn)
            #expect(try drawn.json()["drawn"]?.elements?.count == 3)
            // Of 7, 4 forged ones can be missed by 3 drawn ones in 1 of 35 cases, and 3 in 4 of 35.
            #expect(try drawn.json()["leastSeen"]?.int == 4)
            #expect(try verify(place, "--intervals", "3", "--seed", "5").out == drawn.out)
            let text = try place.repro("verify", "out", "--intervals", "3", "--seed", "5")
            #expect(text.out.contains("4 or more of 7 intervals"), "\(text)")
            // States that are taken away make it slower and nothing else.
            for name in try place.contents("out/checkpoints").keys where name.hasPrefix("step-") {
                try FileManager.default.removeItem(atPath: place("out/checkpoints/" + name))
            }
            expectSuccess(try verify(place, "--all"))
            expectSuccess(try verify(place, "--intervals", "2", "--seed", "1"))
        }
    }

    @Test func aRunThatGoesOnIsVerifiedAsFarAsItHasCome() throws {
        try withWorkplace { place in
            try LongRun.prepare(place, epochs: 4000)
            let ending = try place.run(try LongRun.words("out", "--checkpoint-every", "2")) { process, _ in
                place.await("out/checkpoints/step-000004.safetensors")
                kill(process.processIdentifier, SIGINT)
            }
            #expect(ending.code == 130, "\(ending)")
            let answer = try verify(place, "--all")
            expectSuccess(answer)
            #expect(try answer.json()["digest"]?.isNull == true)
        }
    }

    @Test func whatIsForgedIsNamed() throws {
        try withWorkplace { place in
            try commit(place, "--keep-checkpoints", "all")
            let honest = try place.contents("out")
            func forge(_ name: String, _ old: String, _ new: String) throws {
                let text = String(decoding: try place.bytes("out/" + name), as: UTF8.self)
                try #require(text.contains(old), "no '\(old)' in \(name)")
                try place.write("out/" + name, text.replacingOccurrences(of: old, with: new))
            }
            func restore() throws {
                for (name, bytes) in honest where name != "checkpoints" { try place.write("out/" + name, bytes: bytes) }
            }
            try forge("checkpoints/chain.json", "\"step\": 4", "\"step\": 5")
            try expectForged(try verify(place, "--intervals", "1"), "the link of step 5 does not hash up")
            try restore()
            try forge("checkpoints/experiment.json", "\"seed\": 7", "\"seed\": 8")
            try expectForged(try verify(place, "--intervals", "1"), "another seed")
            try restore()
            try forge("run.json", "\"testAccuracy\": ", "\"testAccuracy\": 1")
            try expectForged(try verify(place, "--all"), "run.json: it is not what the run gives")
            try restore()
            try forge("metrics.csv", "0", "1")
            try expectForged(try verify(place, "--all"), "metrics.csv: it is not what the run gives")
            try restore()
            try FileManager.default.removeItem(atPath: place("out/run.json"))
            try expectForged(try verify(place, "--intervals", "1"), "run.json is missing")
            try restore()
            let (one, other) = ("out/checkpoints/step-000004.safetensors", "out/checkpoints/step-000006.safetensors")
            try place.write(one, bytes: try place.bytes(other))
            try expectForged(try verify(place, "--all"), "the state is not the one that the chain names")
            try restore()
            expectSuccess(try verify(place, "--all"))
            // The data is the verifier's own: other data is another run.
            try place.write("train.tsv", LongRun.train + "odd\tw1\n")
            try expectForged(try verify(place, "--intervals", "1"), "step 0")
        }
    }

    @Test func whatCannotBeVerifiedSaysSo() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectRefusal(try place.repro("verify"), 64, naming: "name one run directory")
            expectRefusal(try place.repro("verify", "out", "--all", "--seed", "1"), 64, naming: "--seed")
            expectRefusal(try place.repro("dispute", "out"), 64, naming: "name two run directories")
            expectSuccess(try place.run(try LongRun.words("out")))
            expectRefusal(try verify(place), 66, naming: "out", "--checkpoint-every")
            try commit(place, "--force")
            try FileManager.default.removeItem(atPath: place("out/checkpoints/chain.json"))
            expectRefusal(try verify(place), 66, naming: "chain.json")
        }
    }

    /// A run whose chain is lost or damaged goes on; it says that it cannot be verified.
    @Test func aRunGoesOnWithoutItsChain() throws {
        try withWorkplace { place in
            try commit(place)
            let whole = try RecordedRun(path: place("out/run.json")).root
            try FileManager.default.removeItem(atPath: place("out/run.json"))
            try place.write("out/checkpoints/chain.json", "{}")
            let ending = try place.repro("resume", "out")
            expectSuccess(ending)
            #expect(ending.err.contains("the chain of states is refused"), "\(ending)")
            #expect(try RecordedRun(path: place("out/run.json")).root == whole)
            try expectForged(try verify(place), "the state before the first step")
        }
    }

    @Test(.enabled(if: Programs.havePython, "needs python3"))
    func theSecondVerifierAgrees() throws {
        try withWorkplace { place in
            try commit(place, "--keep-checkpoints", "all")
            let script = Built.package + "/Tests/Fixtures/verify_chain.py"
            let ending = try place.run(["/usr/bin/env", "python3", script, "out"])
            expectSuccess(ending)
            #expect(ending.out == "7 links hash up, 7 states kept, and the result\n")
            var bytes = try place.bytes("out/checkpoints/step-000006.safetensors")
            bytes[bytes.count - 3] ^= 1
            try place.write("out/checkpoints/step-000006.safetensors", bytes: bytes)
            #expect(try place.run(["/usr/bin/env", "python3", script, "out"]).code == 1)
        }
    }
}

import Repro
import Testing

/// Goldens that state other data, metrics or options than they were made with, with a manifest that agrees: none is reproduced.
@Suite struct TamperedStatementTests {
    private let tampering: Tampering

    init() throws { tampering = try Tampering() }

    @Test func falsifiedDataIsRefused() throws {
        let sentence = "'data' lists other files than those that its experiment reads"
        try tampering.expect("no data", of: "mood", saying: sentence) { forgery in
            try forgery.set("data", of: "mood", to: .array([]))
        }
        try tampering.expect("another file", of: "mood", saying: sentence) { forgery in
            forgery.files["mood.json"] = Array(
                String(decoding: forgery.files["mood.json"]!, as: UTF8.self)
                    .replacing("{\"path\":\"../train.tsv\"", with: "{\"path\":\"../test.tsv\"").utf8)
        }
    }

    /// A member of one of mood's data files, with another value.
    private func falsify(
        _ key: String, ofFile number: Int, saying sentence: String, _ change: (String) -> String
    ) throws {
        try tampering.expect("\(key) of file \(number)", of: "mood", saying: sentence) { forgery in
            var files = try #require(forgery.value("data", of: "mood").elements)
            let members = try #require(files[number].members).map { member in
                member.key == key ? JSONValue.Member(key, change(member.value.string ?? "").json) : member
            }
            files[number] = .object(members)
            try forgery.set("data", of: "mood", to: .array(files))
        }
    }

    @Test(arguments: [0, 1]) func falsifiedDigestsOfDataAreRefused(number: Int) throws {
        func flipped(_ text: String) -> String { (text.first == "0" ? "1" : "0") + text.dropFirst() }
        try falsify("sha256", ofFile: number, saying: "drift in data", flipped)
        let sentence = "'lines' of '../\(["train", "test"][number]).tsv' are not those of the file with its digest"
        try falsify("lines", ofFile: number, saying: sentence, flipped)
        try falsify("lines", ofFile: number, saying: sentence) { String($0.dropLast(6)) }
        try falsify("lines", ofFile: number, saying: sentence) { $0 + "000000" }
        try falsify("lines", ofFile: number, saying: sentence) { _ in "" }
        try falsify("lines", ofFile: number, saying: "are not 6 hexadecimal digits") { $0 + "0" }
    }

    /// Each metric in turn with another value, under another name, absent, and one too many.
    @Test func falsifiedMetricsAreRefused() throws {
        let golden = try JSONValue.parse(#require(tampering.honest()["mood.json"]), path: "mood")
        let metrics = try #require(golden["metrics"]?.members)
        #expect(metrics.map(\.key) == ["trainLoss", "testLoss", "testAccuracy"])
        func expect(_ label: String, _ sentence: String, _ forged: [JSONValue.Member]) throws {
            try tampering.expect(label, of: "mood", saying: sentence) {
                try $0.set("metrics", of: "mood", to: .object(forged))
            }
        }
        for (index, metric) in metrics.enumerated() {
            let value = try #require(metric.value.double)
            let sentence = "its metric '\(metric.key)' is"
            for other in [value.nextUp, value.nextDown, -value, value + 1, 0.999] where other.isFinite {
                var forged = metrics
                forged[index] = .init(metric.key, other.json)
                try expect("\(metric.key) \(other)", "\(sentence) \(other), and \(value) in the run", forged)
            }
            try expect("no \(metric.key)", "\(sentence) absent", metrics.filter { $0 != metric })
            var renamed = metrics
            renamed[index] = .init("best", metric.value)
            try expect("\(metric.key) renamed", "its metric 'best' is \(value), and absent", renamed)
            var text = metrics
            text[index] = .init(metric.key, "0.5".json)
            try expect("\(metric.key) as text", "'metrics' are no numbers under names", text)
        }
        try expect("one more", "its metric 'best' is 1, and absent", metrics + [.init("best", 1.json)])
        try expect("none", "'metrics' are no numbers under names", [])
    }

    /// What an inspection measures is in its digest alone, so that its golden can state no metrics.
    @Test func metricsOfARunThatHasNoneAreRefused() throws {
        try tampering.expect(
            "metrics of outputs", of: "outputs", saying: "its metric 'testAccuracy' is 1.0, and absent"
        ) {
            try $0.edit("outputs") { $0.append(.init("metrics", ["testAccuracy": 1.0] as JSONValue)) }
        }
    }

    /// The manifest states the metrics too, for whoever reads what a change of goldens is about.
    @Test func metricsThatTheManifestDoesNotStateAreRefused() throws {
        try tampering.expect("metrics of the entry", of: "mood", saying: "index.json states metrics.testAccuracy 2.0") {
            let metrics = try #require($0.value("metrics", of: "mood").members)
            let forged = metrics.map { $0.key == "testAccuracy" ? JSONValue.Member($0.key, 2.0.json) : $0 }
            $0.entryFields["mood"] = ["metrics": .object(forged)]
        }
    }

    /// `outputs.json` and `mood.json` with options that are another experiment's, and with all of another golden.
    @Test(arguments: ["outputs", "mood"]) func anotherExperimentIsRefused(name: String) throws {
        let others = ["outputs", "layers", "mood"].filter { $0 != name }
        for other in others {
            try tampering.expect("\(name) with the options of \(other)", of: name, saying: "drift in init") { forgery in
                let options = try forgery.value("experiment", of: other)
                try forgery.set("experiment", of: name, to: options)
                try forgery.set("data", of: name, to: try forgery.value("data", of: other))
                try forgery.rename(name, to: name, experiment: true)
            }
            try tampering.expect("\(name) as \(other)", of: name, saying: "drift in init") { forgery in
                forgery.files[name + ".json"] = forgery.files[other + ".json"]
                try forgery.rename(name, to: name, golden: true, experiment: true)
                // Whatever file the options come from, it is this golden's.
                try forgery.edit(name) { $0.removeAll { $0.key == "config" } }
                if name == "mood" { try forgery.edit(name) { $0.append(.init("config", "../mood.json".json)) } }
            }
        }
        try tampering.expect("\(name) with another seed", of: name, saying: "drift in") {
            try $0.set("seed", of: name, to: 43.json)
        }
        try tampering.expect("\(name) with another hidden size", of: name, saying: "drift in init") { forgery in
            let text = String(decoding: try #require(forgery.files[name + ".json"]), as: UTF8.self)
            let edited = text.replacing(#/"hidden":(\d)/#) { "\"hidden\":1\($0.output.1)" }
            try #require(edited != text)
            forgery.files[name + ".json"] = Array(edited.utf8)
        }
    }
}

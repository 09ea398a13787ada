import Repro
import Testing

/// Goldens that a committer changed together with the manifest, so that every checksum fits: none is judged as reproduced under a
/// name that it has not.
@Suite struct TamperedNameTests {
    private let tampering: Tampering

    init() throws { tampering = try Tampering() }

    @Test func theHonestFolderIsReproduced() throws {
        try withWorkplace { place in
            let folder = try tampering.bless(place)
            #expect(tampering.judge(folder).reproduced == ["layers", "mood", "outputs"])
            // So is one whose manifest was written by the forger's hand.
            let forgery = Forgery(files: try place.contents("a/g"), place: place)
            try place.write("a/g/index.json", bytes: forgery.manifest())
            #expect(tampering.judge(folder).reproduced == ["layers", "mood", "outputs"])
        }
    }

    private static let names = [
        "../outputs", "../../models/prod", "/tmp/x", "a/b", "./outputs", "..", ".", "", ".hidden", "outputs.", "-rf",
        "_x", "out puts", " outputs", "outputs ", "out\nputs", "out\r", "out\tputs", "a\n::error title=pwned::x",
        "a\nok 1 - b", "# SKIP", "outputs # SKIP", "\u{1b}[31moutputs", "\u{1b}]0;x\u{7}", "\u{43e}utputs", "outputѕ",
        "oütputs", "ou\u{308}tputs", "\u{ff4f}utputs", "out\u{200b}puts", "out\u{202e}puts", "index", "INDEX", "a\\b",
        "C:outputs", "outputs|x", "outputs<b>", "`outputs`", "outputs\u{0}", "outputs%2f", "out'puts", "out\"puts",
        String(repeating: "o", count: 101),
    ]

    @Test(arguments: names) func aNameThatIsNoneIsRefusedEverywhere(name: String) throws {
        let rule = "is no name of a golden"
        // A golden `index.json` would be the manifest itself.
        if name != "index" {
            try tampering.expect("\(name.debugDescription) everywhere", of: name, saying: rule) { forgery in
                try forgery.rename("outputs", to: name, file: true, golden: true, experiment: true)
            }
        }
        try tampering.expect("\(name.debugDescription) in the manifest alone", of: name, saying: rule) { forgery in
            forgery.entryNames["outputs"] = name
        }
        try tampering.expect("\(name.debugDescription) in the golden alone", of: "outputs", saying: "it calls itself") {
            forgery in
            try forgery.rename("outputs", to: name, golden: true)
        }
        try tampering.expect(
            "\(name.debugDescription) in the experiment alone", of: "outputs", saying: "its experiment has"
        ) {
            forgery in
            try forgery.rename("outputs", to: name, experiment: true)
        }
    }

    @Test func namesThatDisagreeAreRefused() throws {
        for other in ["layers", "Outputs", "output", "outputs2"] {
            try tampering.expect("golden \(other)", of: "outputs", saying: "it calls itself") {
                try $0.rename("outputs", to: other, golden: true)
            }
            try tampering.expect("experiment \(other)", of: "outputs", saying: "its experiment has") {
                try $0.rename("outputs", to: other, experiment: true)
            }
            try tampering.expect("both \(other)", of: "outputs", saying: "it calls itself") {
                try $0.rename("outputs", to: other, golden: true, experiment: true)
            }
        }
        try tampering.expect("file under another name", of: "other", saying: "it calls itself 'outputs'") {
            $0.files["other.json"] = $0.files.removeValue(forKey: "outputs.json")
        }
        try tampering.expect("another golden's bytes", of: "outputs", saying: "it calls itself 'layers'") {
            $0.files["outputs.json"] = $0.files["layers.json"]
        }
    }
}

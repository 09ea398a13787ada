import Foundation
import Testing

extension Edit {
    /// What a team does in a year. No edit that changes what is computed is green, none that changes nothing is red.
    static let all = options + configs + data + goldens + index + code + environments

    private static let options: [Edit] = [
        .option("\"learningRate\": 0.1", "\"learningRate\": 0.2", "training.learningRate 0.1 → 0.2"),
        .option("\"hidden\": 4", "\"hidden\": 5", "model.hidden 4 → 5"),
        .option("\"epochs\": 2", "\"epochs\": 3", "training.epochs 2 → 3"),
        .option("\"batchSize\": 2", "\"batchSize\": 4", "training.batchSize 2 → 4"),
        .option("\"sgd\"", "\"adam\"", "training.optimizer \"sgd\" → \"adam\""),
        .option("\"cell\": \"lstm\"", "\"cell\": \"gru\"", "model.cell \"lstm\" → \"gru\""),
        .option("\"layers\": 1", "\"layers\": 2", "model.layers 1 → 2"),
        .option("\"embedding\": 4", "\"embedding\": 8", "model.embedding 4 → 8"),
        .option("\"layers\": 1,", "\"layers\": 2, \"bias\": false,", "model.layers 1 → 2", "model.bias true → false"),
        .option("\"lowercase\": true", "\"lowercase\": false", "data.lowercase true → false"),
        .option("\"digest\": \"step\"", "\"digest\": \"epoch\"", "digest \"step\" → \"epoch\""),
        .option("\"name\": \"mood\"", "\"name\": \"moody\"", "name \"mood\" → \"moody\""),
        .option("\"epochs\": 2", "\"epochs\": 2, \"momentum\": 0.9", "training.momentum 0.0 → 0.9"),
        .option("\"epochs\": 2", "\"epochs\": 2, \"weightDecay\": 0.01", "training.weightDecay 0.0 → 0.01"),
        .option("\"epochs\": 2", "\"epochs\": 2, \"clipNorm\": 1", "training.clipNorm null → 1"),
        .option("\"epochs\": 2", "\"epochs\": 2, \"shards\": 2", "training.shards 1 → 2"),
        .option("\"task\"", "\"seed\": 8, \"task\"", "seed: it is not the one that was blessed", "7 → 8"),
        .option(", \"test\": \"test.tsv\"", "", "data.test \"../test.tsv\" → absent"),
        .option("\"train.tsv\"", "\"test.tsv\"", "data.train \"../train.tsv\" → \"../test.tsv\""),
        .option("\"train.tsv\"", "\"gone.tsv\"", "data.train \"../train.tsv\" → \"../gone.tsv\""),
        .option(
            "\"test\": \"test.tsv\"", "\"test\": \"test.tsv\", \"validation\": \"test.tsv\"",
            "data.validation absent → \"../test.tsv\""),
    ]

    /// The file itself: what says the same, and what says nothing.
    private static let configs: [Edit] = [
        .sameOptions("more space", "\"hidden\": 4", "\"hidden\"  :\n\t 4"),
        .sameOptions("CRLF", "\n", "\r\n"),
        .sameOptions("a default spelled out", "\"epochs\": 2", "\"epochs\": 2, \"momentum\": 0, \"beta1\": 0.9"),
        .sameOptions("a default left away", "\"dropout\": 0, ", ""),
        .sameOptions("a number written otherwise", "\"learningRate\": 0.1", "\"learningRate\": 1e-1"),
        .sameOptions("the seed of the golden", "\"task\"", "\"seed\": 7, \"task\""),
        .sameOptions("a longer path to the same file", "\"train.tsv\"", "\"./../m/train.tsv\""),
        .sameOptions(
            "another order", "\"optimizer\": \"sgd\", \"learningRate\": 0.1",
            "\"learningRate\": 0.1, \"optimizer\": \"sgd\""),
        .replace(
            .options, "a mistyped option", 2, "did you mean 'epochs'", in: "m/mood.json", "\"epochs\"", "\"epoch\""),
        .replace(
            .options, "a value out of range", 2, "training.batchSize", in: "m/mood.json", "\"batchSize\": 2",
            "\"batchSize\": 0"),
        .replace(
            .options, "a task that the data cannot do", 2, "tagging does not read 'tsv'", in: "m/mood.json",
            "classification", "tagging"),
        Edit(.options, "no config any more", 2, "mood.json: no such file") { try $0.remove("m/mood.json") },
        Edit(.options, "an empty config", 2, "mood.json") { try $0.write("m/mood.json", "") },
        Edit(.options, "a config that is no JSON", 2, "mood.json:1") { try $0.write("m/mood.json", "name: mood\n") },
        Edit(.options, "a folder for a config", 2, "mood.json") {
            try $0.remove("m/mood.json")
            try FileManager.default.createDirectory(atPath: $0("m/mood.json"), withIntermediateDirectories: false)
        },
    ]

    private static let data: [Edit] = [
        .data(
            "a word", Mood.train.replacingOccurrences(of: "grey day", with: "gray day"), "line 2 differs (1 of 4 lines)"
        ),
        .data(
            "a label", Mood.train.replacingOccurrences(of: "good\tfine", with: "bad\tfine"),
            "line 3 differs (1 of 4 lines)"),
        .data(
            "two lines changed places", "bad\ta grey day\ngood\ta fine day\ngood\tfine weather\nbad\tgrey rain\n",
            "lines 1 and 2 differ (2 of 4 lines)"),
        .data("a line more", Mood.train + "good\tsunshine\n", "line 5 was added (5 lines, 4 were blessed)"),
        .data(
            "a line less", "good\ta fine day\ngood\tfine weather\nbad\tgrey rain\n",
            "line 2 was removed (3 lines, 4 were blessed)"),
        .data("CRLF", Mood.train.replacingOccurrences(of: "\n", with: "\r\n"), "only its line endings differ"),
        .data("no line feed at the end", String(Mood.train.dropLast()), "its lines agree, and how they end differs"),
        Edit(.data, "an emptied file", 2, "train.tsv: the file is empty") { try $0.write("m/train.tsv", "") },
        .data("another test file", "good\tfine rain\nbad\tgrey days\n", "line 2 differs (1 of 2 lines)", in: "test"),
        Edit(.data, "no text any more", 1, "../train.tsv: its bytes differ") {
            try $0.write("m/train.tsv", bytes: [0x00, 0x0a])
        },
        Edit(.data, "a file that is gone", 2, "test.tsv: no such file") { try $0.remove("m/test.tsv") },
        Edit(.data, "a folder for a file", 2, "test.tsv") {
            try $0.remove("m/test.tsv")
            try FileManager.default.createDirectory(atPath: $0("m/test.tsv"), withIntermediateDirectories: false)
        },
        Edit(.data, "the same bytes, written again", 0, "reproduced") { try $0.write("m/train.tsv", Mood.train) },
        Edit(.data, "a link to the same bytes", 0, "reproduced") {
            try FileManager.default.moveItem(atPath: $0("m/train.tsv"), toPath: $0("m/elsewhere.tsv"))
            try FileManager.default.createSymbolicLink(atPath: $0("m/train.tsv"), withDestinationPath: "elsewhere.tsv")
        },
        Edit(
            .data, "another name for the same bytes", 0, "reproduced",
            naming: ["data.train \"../train.tsv\" → \"../renamed.tsv\" (the same bytes)"]
        ) {
            try FileManager.default.moveItem(atPath: $0("m/train.tsv"), toPath: $0("m/renamed.tsv"))
            try $0.replace("\"train.tsv\"", "\"renamed.tsv\"", in: "m/mood.json")
        },
        Edit(
            .data, "two files that changed their names", 0, "reproduced",
            naming: ["data.train \"../train.tsv\" → \"../test.tsv\" (the same bytes)"]
        ) {
            try $0.write("m/train.tsv", Mood.test)
            try $0.write("m/test.tsv", Mood.train)
            try $0.replace("\"train\": \"train.tsv\"", "\"train\": \"test.tsv\"", in: "m/mood.json")
            try $0.replace("\"test\": \"test.tsv\"", "\"test\": \"train.tsv\"", in: "m/mood.json")
        },
        Edit(
            .data, "another name, and another option", 1, "training.epochs 2 → 3",
            naming: ["data.train \"../train.tsv\" → \"../renamed.tsv\" (the same bytes)", "nothing was run"]
        ) {
            try FileManager.default.moveItem(atPath: $0("m/train.tsv"), toPath: $0("m/renamed.tsv"))
            try $0.replace("\"train.tsv\"", "\"renamed.tsv\"", in: "m/mood.json")
            try $0.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/mood.json")
        },
        Edit(
            .data, "another name, and another word", 1, "data.train \"../train.tsv\" → \"../renamed.tsv\"",
            naming: ["nothing was run"]
        ) {
            try $0.remove("m/train.tsv")
            try $0.write("m/renamed.tsv", Mood.train.replacingOccurrences(of: "grey", with: "gray"))
            try $0.replace("\"train.tsv\"", "\"renamed.tsv\"", in: "m/mood.json")
        },
        Edit(.data, "another file beside it", 0, "reproduced") { try $0.write("m/more.tsv", "good\tx\n") },
    ]

    private static let golden = "m/Goldens/mood.json"
    private static let goldens: [Edit] = [
        .replace(.goldens, "another reason", 2, "mood.json: malformed", in: golden, "first result", "second result"),
        .replace(.goldens, "another option", 2, "mood.json: malformed", in: golden, "\"hidden\":4", "\"hidden\":5"),
        .replace(
            .goldens, "another contract", 2, "version 1 of the numerical contract", in: golden, "\"contract\": 2",
            "\"contract\": 1"),
        .replace(
            .goldens, "another format", 2, "format 1 where this build reads 2", in: golden, "\"format\": 2",
            "\"format\": 1"),
        Edit(.goldens, "a golden that is gone", 2, "mood.json: missing") { try $0.remove(golden) },
        Edit(.goldens, "an empty golden", 2, "mood.json: malformed") { try $0.write(golden, "") },
        Edit(.goldens, "a golden cut off", 2, "malformed") {
            try $0.write(golden, bytes: Array(try $0.bytes(golden).dropLast(100)))
        },
        Edit(.goldens, "CRLF", 2, "mood.json: malformed") { try $0.replace("\n", "\r\n", in: golden) },
        Edit(.goldens, "a copy that nobody blessed", 2, "other.json: unclaimed") {
            try $0.write("m/Goldens/other.json", bytes: try $0.bytes(golden))
        },
        Edit(.goldens, "what a check left, copied over", 2, "nobody has reviewed it") {
            try $0.replace("0.1,", "0.2,", in: "m/mood.json")
            _ = try $0.repro("check", "--goldens", "m/Goldens", "--results", "m/Results")
            try $0.remove("m/Goldens")
            try FileManager.default.moveItem(atPath: $0("m/Results"), toPath: $0("m/Goldens"))
        },
        Edit(.goldens, "no tensors", 0, "reproduced") { try $0.remove("m/Goldens/mood.safetensors") },
        Edit(.goldens, "other tensors", 0, "reproduced") { try $0.write("m/Goldens/mood.safetensors", "x") },
    ]

    private static let manifest = "m/Goldens/index.json"
    private static let index: [Edit] = [
        Edit(.index, "no index", 2, "mood.json: unclaimed") { try $0.remove(manifest) },
        Edit(.index, "an index of nothing", 2, "index.json: malformed") { try $0.write(manifest, "{}") },
        Edit(.index, "an empty index", 2, "index.json: malformed") { try $0.write(manifest, "") },
        Edit(.index, "another name", 2, "mood.json: unclaimed") {
            try $0.replace("\"mood\"", "\"modo\"", in: manifest)
        },
        Edit(.index, "a name that is a path", 2, "is no name of a golden") {
            try $0.replace("\"mood\"", "\"../m/mood\"", in: manifest)
        },
        Edit(.index, "another digest", 2, "mood.json: malformed") { place in
            let text = String(decoding: try place.bytes(manifest), as: UTF8.self)
            let marker = "\"sha256\":\""
            let start = text.range(of: marker, options: .backwards)!.upperBound
            let digit = text[start] == "0" ? "1" : "0"
            try place.write(manifest, text[..<start] + digit + text[text.index(after: start)...])
        },
    ]

    private static let code: [Edit] = [
        .code("init", "lstm.weight_hh_l0"), .code("init", "linear.bias", ":0:ulp"), .code("step 000000", "logits"),
        .code("step 000000", "grad.linear.weight", ":1:0"), .code("step 000000", "grad.lstm.weight_ih_l0", ":3:ulp"),
        .code("step 000003", "loss"), .code("final", "linear.bias"), .code("final", "lstm.weight_hh_l0", ":6:20"),
    ]

    private static let environments: [Edit] = [
        Edit(.environment, "one thread", 0, "reproduced", environment: ["REPRO_THREADS": "1"]),
        Edit(.environment, "seven threads", 0, "reproduced", arguments: ["--threads", "7"]),
        Edit(.environment, "portable kernels", 0, "reproduced", environment: ["REPRO_KERNELS": "portable"]),
        Edit(.environment, "the reference loops", 0, "reproduced", arguments: ["--kernels", "reference"]),
        Edit(
            .environment, "another language and time", 0, "reproduced",
            environment: ["LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"]),
        Edit(.environment, "CI", 0, "reproduced", environment: ["CI": "true", "GITHUB_ACTIONS": "true"]),
        Edit(.environment, "a git repository around it", 0, "reproduced") { try $0.write(".git/config", "") },
        Edit(.environment, "another folder of the same name", 0, "reproduced") { place in
            try FileManager.default.moveItem(atPath: place("m"), toPath: place("n"))
            try FileManager.default.createDirectory(atPath: place("m"), withIntermediateDirectories: false)
            for name in ["mood.json", "train.tsv", "test.tsv", "Goldens"] {
                try FileManager.default.moveItem(atPath: place("n/" + name), toPath: place("m/" + name))
            }
        },
    ]
}

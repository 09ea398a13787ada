import ReproFormats

// Converts the training options that came later to and from JSON, which names those alone that are set.

extension TrainingOptions.Additions {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        if options.isSet("clipValue") {
            clipValue = try options.number("clipValue", in: Double(Float.leastNormalMagnitude)...1e30)
        }
        warmup = try options.integer("warmup", default: 0, in: 0...1_000_000_000)
        labelSmoothing = try options.number("labelSmoothing", default: 0, in: 0...1)
        if options.isSet("classWeights") { classWeights = try ClassWeights(&options, "classWeights") }
        if options.isSet("lengthBuckets") {
            lengthBuckets = try options.integer("lengthBuckets", in: 1...1_000_000)
        }
        if options.isSet("validate") {
            validatesEachEpoch = try options.choice("validate", among: ["epoch"]) == "epoch"
        }
        if options.isSet("earlyStopping") {
            var stopping = try options.object("earlyStopping")
            earlyStopping = try EarlyStopping(&stopping, task: task)
            try stopping.finish()
            guard validatesEachEpoch else {
                throw options.error(
                    "earlyStopping", "nothing is validated to stop by", remedy: "add \"validate\": \"epoch\"")
            }
        }
    }

    var json: JSONValue {
        var json: JSONValue = [:]
        json.add("clipValue", ifPresent: clipValue)
        json.add("warmup", ifPresent: warmup > 0 ? warmup : nil)
        json.add("labelSmoothing", ifPresent: labelSmoothing > 0 ? labelSmoothing : nil)
        json.add("classWeights", ifPresent: classWeights?.json)
        json.add("lengthBuckets", ifPresent: lengthBuckets)
        json.add("validate", ifPresent: validatesEachEpoch ? "epoch" : nil)
        json.add("earlyStopping", ifPresent: earlyStopping?.json)
        return json
    }
}

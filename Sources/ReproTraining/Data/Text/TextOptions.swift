import ReproFormats

// Converts the options of text files from and to JSON; those that have their default are not written.

extension TextFiles {
    init(_ options: inout OptionReader, _ format: RecordFormat, task: Experiment.Task) throws(FormatError) {
        self.init(train: try options.string("train"))
        var division = Division()
        (validation, division.validation) = try options.fileOrShare("validation")
        (test, division.test) = try options.fileOrShare("test")
        tokenization.lowercase = try options.bool("lowercase", default: false)
        layout.encoding = try options.choice("encoding", default: .utf8)
        if format == .tsv || format == .csv || format == .columns, options.has("header") {
            layout.header = try options.bool("header", default: false)
        }
        if format == .csv || format == .columns, options.has("separator") {
            layout.separator = try options.separator()
        }
        layout.text = try options.column("text", isKey: format == .jsonl)
        layout.label = try options.column("label", isKey: format == .jsonl)
        let sizes = 1...1_000_000_000
        if format != .conllu && format != .columns {
            tokenization.level = try options.choice("level", default: .words)
            if task != .regression { division.stratified = try options.bool("stratified", default: false) }
        }
        if options.has("maxLength") { tokenization.maxLength = try options.integer("maxLength", in: sizes) }
        limits.minimumCount = try options.integer("minimumCount", default: 1, in: sizes)
        if options.has("maximumVocabulary") {
            limits.greatestCount = try options.integer("maximumVocabulary", in: sizes)
        }
        if task != .regression { unseenLabels = try options.choice("unseenLabels", default: .error) }
        if division.validation != nil || division.test != nil {
            guard (division.validation ?? 0) + (division.test ?? 0) < 1 else {
                throw options.error("test", "nothing is left to train", remedy: "make the shares smaller")
            }
            self.division = division
        } else if division.stratified {
            throw options.error(
                "stratified", "no split is drawn from the training file",
                remedy: "set test or validation to a share, such as 0.1")
        }
    }

    var json: JSONValue {
        var json: JSONValue = ["train": train]
        json.add("validation", ifPresent: validation)
        json.add("validation", ifPresent: division?.validation)
        json.add("test", ifPresent: test)
        json.add("test", ifPresent: division?.test)
        json = json.adding(["lowercase": lowercase])
        func add(_ key: String, _ value: some JSONRepresentable & Equatable, unless fallback: some JSONRepresentable) {
            if value.json != fallback.json { json = json.adding([key: value]) }
        }
        add("encoding", layout.encoding.rawValue, unless: RecordLayout.Encoding.utf8.rawValue)
        json.add("header", ifPresent: layout.header)
        json.add("separator", ifPresent: layout.separator.map { String(Unicode.Scalar($0)) })
        json.add("text", ifPresent: layout.text)
        json.add("label", ifPresent: layout.label)
        add("level", tokenization.level.rawValue, unless: Tokenization.Level.words.rawValue)
        json.add("maxLength", ifPresent: tokenization.maxLength)
        add("minimumCount", limits.minimumCount, unless: 1)
        json.add("maximumVocabulary", ifPresent: limits.greatestCount)
        add("unseenLabels", unseenLabels.rawValue, unless: UnseenLabels.error.rawValue)
        if division?.stratified == true { json = json.adding(["stratified": true]) }
        return json
    }
}

extension OptionReader {
    /// A path, or a share of the training file; neither where the option is absent.
    fileprivate mutating func fileOrShare(_ key: String) throws(FormatError) -> (path: String?, share: Double?) {
        guard has(key) else { return (nil, nil) }
        if try value(key).string != nil { return (try string(key), nil) }
        let share = try number(key, in: 0...1)
        guard share > 0 && share < 1 else {
            throw error(key, "a share of \(share)", remedy: "name a file, or a share above 0 and below 1")
        }
        return (nil, share)
    }

    fileprivate mutating func separator() throws(FormatError) -> UInt8 {
        let text = Array(try string("separator").utf8)
        guard text.count == 1, text[0] < 0x80, ![0, 0x0a, 0x0d, 0x22].contains(text[0]) else {
            throw error(
                "separator", "not one ASCII character",
                remedy: "write one, such as \";\" or \"\\t\", and no quote or line end")
        }
        return text[0]
    }

    fileprivate mutating func column(_ key: String, isKey: Bool) throws(FormatError) -> RecordLayout.Column? {
        guard has(key) else { return nil }
        if !isKey, let number = try value(key).int, number != 0, abs(number) <= 1_000_000 { return .number(number) }
        guard try value(key).string != nil else {
            throw error(
                key, isKey ? "no key of an object" : "no column",
                remedy: isKey
                    ? "write its name" : "write its name in the header, or its number, from 1 or from -1 backwards")
        }
        return .name(try string(key))
    }
}

extension RecordLayout.Column: JSONRepresentable {
    public var json: JSONValue {
        switch self {
        case .number(let number): .number(number)
        case .name(let name): .string(name)
        }
    }
}

import ReproFormats

/// Model options that came later, each without effect unless it is set; JSON names those alone that are.
public struct ModelAdditions: Sendable, Equatable {
    /// The probability of dropping an element of the embedded rows, in training.
    public var embeddingDropout = 0.0
    /// The probability of dropping an element of what the linear layer reads, in training.
    public var readoutDropout = 0.0
    /// How many of a token's first and last letters have embeddings of their own; one pair of tables per number.
    public var affixes: [Int] = []
    /// How many features each affix has.
    public var affixEmbedding = 0
    /// Vectors that rows of the embedding start from; nil for none.
    public var vectors: Vectors?
    /// A safetensors file that every parameter starts from; nil for none.
    public var weights: String?

    /// A file of words' vectors.
    public struct Vectors: Sendable, Equatable {
        /// The path of a file in GloVe's text format.
        public var file: String
        /// Whether the embedding stays as it begins.
        public var isFrozen: Bool

        public init(file: String, isFrozen: Bool = false) {
            (self.file, self.isFrozen) = (file, isFrozen)
        }
    }

    public init() {}

    /// The features of all affixes of a token together.
    var affixWidth: Int { 2 * affixes.count * affixEmbedding }

    /// The paths of its files, the vectors' first.
    var paths: [String] { [vectors?.file, weights].compactMap { $0 } }

    func mappingPaths(_ transform: (String) -> String) -> ModelAdditions {
        var mapped = self
        mapped.vectors?.file = transform(vectors?.file ?? "")
        mapped.weights = weights.map(transform)
        return mapped
    }
}

extension ModelAdditions {
    init(_ options: inout OptionReader, embedding: Int, initialization: ModelOptions.InitialNumbers) throws(FormatError)
    {
        embeddingDropout = try options.number("embeddingDropout", default: 0, in: 0...1)
        readoutDropout = try options.number("readoutDropout", default: 0, in: 0...1)
        if options.isSet("affixes") {
            let list = try options.value("affixes").elements ?? []
            affixes = list.compactMap(\.int)
            guard affixes.count == list.count, !affixes.isEmpty,
                zip(affixes, affixes.dropFirst()).allSatisfy({ $0 < $1 }),
                affixes.allSatisfy({ (1...16).contains($0) })
            else {
                throw options.error(
                    "affixes", "not an ascending list of numbers from 1 to 16", remedy: "write [2, 3], for example")
            }
            affixEmbedding = try options.integer("affixEmbedding", in: 1...1_000_000)
        }
        if options.isSet("vectors") {
            var own = try options.object("vectors")
            vectors = Vectors(file: try own.string("file"), isFrozen: try own.bool("frozen", default: false))
            try own.finish()
        }
        if options.isSet("weights") { weights = try options.string("weights") }
        for (key, isSet) in [
            ("embeddingDropout", embeddingDropout > 0), ("affixes", !affixes.isEmpty), ("vectors", vectors != nil),
        ] where isSet && embedding == 0 {
            throw options.error(key, "there is no embedding", remedy: "set model.embedding, or leave this out")
        }
        if weights != nil && vectors != nil {
            throw options.error(
                "weights", "the file's embedding.weight would take the place of the vectors",
                remedy: "keep one of the two")
        }
        if weights != nil && initialization == .torch {
            throw options.error("weights", "nothing is left of PyTorch's numbers", remedy: "leave model.init out")
        }
    }

    var json: JSONValue {
        var json: JSONValue = [:]
        json.add("embeddingDropout", ifPresent: embeddingDropout > 0 ? embeddingDropout : nil)
        json.add("readoutDropout", ifPresent: readoutDropout > 0 ? readoutDropout : nil)
        if !affixes.isEmpty { json = json.adding(["affixes": affixes, "affixEmbedding": affixEmbedding]) }
        if let vectors {
            json = json.adding(["vectors": ["file": vectors.file, "frozen": vectors.isFrozen] as JSONValue])
        }
        json.add("weights", ifPresent: weights)
        return json
    }
}

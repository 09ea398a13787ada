import Repro

/// One case of the conformance kit, as it was read: its fields, and the tensors and streams that they write out.
struct ConformanceCase {
    /// What stands for a path where a case itself is at fault, and not a file that it has.
    static let source = "standard input"

    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    func malformed(_ problem: String) -> FormatError {
        FormatError(
            .badData, path: ConformanceCase.source, problem: "case '\(json["id"]?.string ?? "?")': \(problem)",
            remedy: "the article 'Conformance' of the documentation has the shapes of cases")
    }

    // Fields.

    func optional(_ key: String) -> JSONValue? { json[key] }

    func value(_ key: String) throws -> JSONValue {
        guard let value = json[key] else { throw malformed("it has no '\(key)'") }
        return value
    }

    private func field<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = read(try value(key)) else { throw malformed("'\(key)' is of another kind") }
        return value
    }

    func text(_ key: String) throws -> String { try field(key) { $0.string } }
    func int(_ key: String) throws -> Int { try field(key) { $0.int } }
    func number(_ key: String) throws -> Double { try field(key) { $0.double } }
    func array(_ key: String) throws -> [JSONValue] { try field(key) { $0.elements } }
    func members(_ key: String) throws -> [JSONValue.Member] { try field(key) { $0.members } }
    func ints(_ key: String) throws -> [Int] { try array(key).map { try integer($0) } }

    private func integer(_ value: JSONValue) throws -> Int {
        guard let number = value.int else { throw malformed("a number is no integer") }
        return number
    }

    func digest(_ value: JSONValue) throws -> Digest {
        guard let digest = value.string.flatMap({ Digest(hexadecimal: $0) }) else {
            throw malformed("a digest is not 64 hexadecimal digits")
        }
        return digest
    }

    // Tensors.

    /// The tensor of a name among the case's `tensors`; nil where the case has none of it.
    func given(_ name: String) throws -> Tensor? { try json["tensors"]?[name].map { try tensor($0) } }

    func needed(_ name: String) throws -> Tensor {
        guard let tensor = try given(name) else { throw malformed("it has no tensor '\(name)'") }
        return tensor
    }

    private func shape(_ value: JSONValue) throws -> [Int] {
        try (value["shape"]?.elements ?? []).map { try integer($0) }
    }

    private func repeated<Element>(_ elements: [Element], _ value: JSONValue) throws -> (shape: [Int], [Element]) {
        let (shape, times) = (try shape(value), value["repeat"]?.int ?? 1)
        let all = times == 1 ? elements : (0..<times).flatMap { _ in elements }
        guard all.count == Tensor.count(of: shape) else {
            throw malformed("\(all.count) elements for the shape \(shape)")
        }
        return (shape, all)
    }

    /// Bit patterns in hexadecimal, or `U(from, to) × times` of a stream.
    func tensor(_ value: JSONValue) throws -> Tensor {
        if let place = value["draw"]?.elements, place.count == 3 {
            let shape = try shape(value)
            var stream = try stream(seed: place[0], domain: place[1], key: place[2]).stream
            let scale = Float(value["times"]?.double ?? 1)
            let elements = stream.uniforms(
                Tensor.count(of: shape), from: value["from"]?.double ?? -1, to: value["to"]?.double ?? 1)
            return Tensor(shape: shape, elements: elements.map { $0 * scale })
        }
        let words = try (value["bits"]?.string ?? "").split(separator: " ").map { word -> Float in
            guard let bits = UInt32(word, radix: 16) else { throw malformed("'\(word)' is no bit pattern") }
            return Float(bitPattern: bits)
        }
        let (shape, elements) = try repeated(words, value)
        return Tensor(shape: shape, elements: elements)
    }

    func integers(_ value: JSONValue) throws -> (shape: [Int], elements: [Int64]) {
        let elements = try (value["integers"]?.elements ?? []).map { item -> Int64 in
            guard let number = item.string.flatMap({ Int64($0) }) else { throw malformed("an entry is no integer") }
            return number
        }
        let (shape, all) = try repeated(elements, value)
        return (shape, all)
    }

    func bytes(_ value: JSONValue) throws -> (shape: [Int], bytes: [UInt8]) {
        let (shape, all) = try repeated(try bytes(of: value["bytes"]?.string ?? ""), value)
        return (shape, all)
    }

    /// A file's content: `bytes`, or `text`, or `text` as a list of texts and how often each stands there.
    func content(of file: JSONValue) throws -> [UInt8] {
        if let parts = file["text"]?.elements {
            return parts.flatMap { part -> [UInt8] in
                let (text, times) = (part.elements?.first?.string ?? "", part.elements?.last?.int ?? 1)
                return Array(String(repeating: text, count: times).utf8)
            }
        }
        return try file["text"]?.string.map { Array($0.utf8) } ?? bytes(of: file["bytes"]?.string ?? "")
    }

    /// Bytes of two hexadecimal digits each.
    func bytes(of text: String) throws -> [UInt8] {
        let digits = Array(text.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { at in
            guard at + 1 < digits.count,
                let byte = UInt8(String(decoding: digits[at...(at + 1)], as: UTF8.self), radix: 16)
            else { throw malformed("bytes are not pairs of hexadecimal digits") }
            return byte
        }
    }

    // Streams.

    /// The case's `stream`: seed, domain and key.
    func stream() throws -> (stream: PCG64, domain: UInt32, key: UInt32) {
        let place = try array("stream")
        guard place.count == 3 else { throw malformed("a stream is a seed, a domain and a key") }
        return try stream(seed: place[0], domain: place[1], key: place[2])
    }

    func stream(
        seed: JSONValue, domain: JSONValue, key: JSONValue
    ) throws -> (stream: PCG64, domain: UInt32, key: UInt32) {
        guard let seed = seed.uint64, let domain = domain.uint64.flatMap(UInt32.init(exactly:)),
            let key = key.uint64.flatMap(UInt32.init(exactly:)),
            let purpose = RandomStreams.Domain(rawValue: domain)
        else { throw malformed("a stream is a seed, a domain and a key") }
        return (PCG64(seed: seed, purpose, key: key), domain, key)
    }
}

import ReproFormats

/// Where what two files say parts: for each name the first place, the values there, and how many differ.
struct FileComparison {
    private(set) var differences: [OutputDifference] = []
    /// How many values, words or lines of the first file the masks hid.
    private(set) var hiddenCount = 0
    private let masks: [OutputMask]

    init(_ a: OutputFile, _ b: OutputFile, _ masks: [OutputMask]) {
        self.masks = masks
        guard let left = a.contents, let right = b.contents else {
            var difference = OutputDifference(path: a.path, kind: .content)
            (difference.a, difference.b) = (
                "SHA-256 \(a.contentDigest.abbreviated)…", "\(b.contentDigest.abbreviated)…"
            )
            if a.contentDigest != b.contentDigest { differences = [difference] }
            return
        }
        var (i, j) = (0, 0)
        while i < left.parts.count || j < right.parts.count {
            let x = i < left.parts.count ? left.parts[i] : nil
            let y = j < right.parts.count ? right.parts[j] : nil
            let isFirst = y.map { y in x.map { Text.precedes($0.path.utf8, y.path.utf8) } ?? false } ?? true
            let isSecond = x.map { x in y.map { Text.precedes($0.path.utf8, x.path.utf8) } ?? false } ?? true
            let part = (isSecond ? y : x)?.path ?? ""
            let path = part.isEmpty ? a.path : a.path + "/" + part
            if let x, let y, !isFirst, !isSecond {
                compare(x.values, y.values, path)
            } else if !masks.contains(where: { $0.hides(path) }) {
                differences.append(.missing(path, tensor: nil, isInFirst: isFirst))
            }
            if !isSecond { i += 1 }
            if !isFirst { j += 1 }
        }
    }

    private mutating func compare(_ a: OutputContents.Part.Values, _ b: OutputContents.Part.Values, _ path: String) {
        if masks.contains(where: { $0.hides(path) }) {
            hiddenCount += 1
            return
        }
        switch (a, b) {
        case (.read(let left), .read(let right)):
            compare(visible(left, path, counts: true), visible(right, path, counts: false), path)
        case (.bytes(let left, let reason), .bytes(let right, let otherReason)):
            guard left != right else { return }
            unreadable(path, reason ?? "\(left.abbreviated)…", otherReason ?? "\(right.abbreviated)…")
        case (.bytes(_, let reason), .read): unreadable(path, reason ?? "no text", "readable")
        case (.read, .bytes(_, let reason)): unreadable(path, "readable", reason ?? "no text")
        }
    }

    private mutating func unreadable(_ path: String, _ a: String, _ b: String) {
        var difference = OutputDifference(path: path, kind: .unreadable)
        (difference.a, difference.b) = (Text.excerpt(a), Text.excerpt(b))
        differences.append(difference)
    }

    private mutating func visible(_ values: [OutputValue], _ path: String, counts: Bool) -> [OutputValue] {
        if masks.isEmpty { return values }
        return values.compactMap { value in
            var value = value
            for mask in masks {
                let (rest, hidden) = mask.rest(of: value, in: path)
                if counts { hiddenCount += hidden }
                guard let rest else { return nil }
                value = rest
            }
            return value
        }
    }

    /// Walks two sorted lists side by side.
    private mutating func compare(_ a: [OutputValue], _ b: [OutputValue], _ path: String) {
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            let isFirst = j == b.count || i < a.count && OutputValue.precedes(a[i], b[j])
            let isSecond = !isFirst && (i == a.count || OutputValue.precedes(b[j], a[i]))
            let value = isSecond ? b[j] : a[i]
            if isFirst || isSecond {
                note(.missing(path, tensor: value.name, isInFirst: isFirst), value)
            } else if a[i].payload != b[j].payload {
                note(ValueComparison.difference(a[i], b[j], path), value)
            }
            if !isSecond { i += 1 }
            if !isFirst { j += 1 }
        }
    }

    /// The first place of a name is told, and those that follow are counted.
    private mutating func note(_ difference: OutputDifference, _ value: OutputValue) {
        if let last = differences.last, let open, last.path == difference.path, Text.areSame(open, value.name) {
            differences[differences.count - 1].different += max(1, difference.different)
            return
        }
        open = value.name
        var difference = difference
        difference.different = max(1, difference.different)
        if difference.index == nil, !value.index.isEmpty {
            difference.index = value.index
            difference.element = value.index.count == 1 ? value.index[0] : nil
        }
        if case .line = value.payload {
            difference.tensor = "line \(value.index[0] + 1)"
            if difference.kind == .missing { (difference.element, difference.index) = (nil, nil) }
        }
        differences.append(difference)
    }

    /// The name that the last difference is of.
    private var open: String?
}

/// How two values of one name and place differ.
enum ValueComparison {
    static func difference(_ a: OutputValue, _ b: OutputValue, _ path: String) -> OutputDifference {
        var result = OutputDifference(path: path, kind: .content)
        result.tensor = a.name
        switch (a.payload, b.payload) {
        case (.array(let left), .array(let right)) where left.dtype == right.dtype && left.shape == right.shape:
            scan(left, right, &result)
        case (.line(let left), .line(let right)): words(left, right, &result)
        default:
            (result.a, result.b) = (text(a.payload), text(b.payload))
            result.ulp = ulps(result.a, result.b)
            (result.a, result.b) = (Text.excerpt(result.a), Text.excerpt(result.b))
        }
        return result
    }

    private static func text(_ payload: OutputValue.Payload) -> String {
        switch payload {
        case .array(let array) where array.shape.isEmpty: array.dtype.text(array.bytes[...])
        case .array(let array): "\(array.dtype.name) \(array.shape)"
        case .word(let word), .line(let word): word
        }
    }

    private static func scan(_ a: StoredArray, _ b: StoredArray, _ result: inout OutputDifference) {
        let width = a.dtype.byteCount
        for element in 0..<a.count {
            let place = element * width
            guard a.bytes[place..<place + width] != b.bytes[place..<place + width] else { continue }
            result.different += 1
            if result.different > 1 { continue }
            let (left, right) = (a.element(element), b.element(element))
            (result.a, result.b) = (a.dtype.text(left), a.dtype.text(right))
            result.ulp = a.dtype.ulps(left, right)
            if a.shape.isEmpty { continue }
            result.element = element
            var (rest, index) = (element, [Int]())
            for size in a.shape.reversed() {
                index.append(rest % size)
                rest /= size
            }
            result.index = index.reversed()
        }
    }

    /// The first word that differs between two lines.
    private static func words(_ a: String, _ b: String, _ result: inout OutputDifference) {
        let (left, right) = (a.split(separator: " "), b.split(separator: " "))
        let place =
            zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(left.count, right.count)
        result.element = place
        result.index = [place]
        let (x, y) = (
            place < left.count ? String(left[place]) : "absent", place < right.count ? String(right[place]) : "absent"
        )
        (result.a, result.b) = (Text.excerpt(x), Text.excerpt(y))
        result.ulp = ulps(x, y)
    }

    /// The distance of two numbers in decimal digits, at least one of them with a point or an exponent.
    private static func ulps(_ a: String, _ b: String) -> UInt64? {
        func number(_ text: String) -> UInt64? {
            // Brackets and commas, as lists are printed with.
            let trimmed = text.drop { "[(".contains($0) }.reversed().drop { "]),;".contains($0) }.reversed()
            return trimmed.count <= 40 ? Double(String(trimmed))?.bitPattern : nil
        }
        guard (a + b).contains(where: { ".eE".contains($0) }), let x = number(a), let y = number(b) else { return nil }
        return StoredDtype.ulps(x, y, width: 64, fractionBits: 52)
    }
}

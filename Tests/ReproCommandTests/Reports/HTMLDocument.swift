import Foundation

/// HTML as the report writes it, read strictly: every element is closed in its order, every attribute is quoted, every
/// ampersand begins a reference. What a browser would repair is a fault here.
struct HTMLDocument {
    struct Element {
        let name: String
        let attributes: [String: String]
        /// Names of the elements around it, the outermost first.
        let path: [String]
        var text = ""
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// In the order in which they begin.
    private(set) var elements: [Element] = []
    private static let void = ["meta", "wbr", "br"]

    init(_ html: String) throws {
        guard html.hasPrefix("<!DOCTYPE html>\n") else { throw Malformed(description: "no doctype") }
        var rest = Substring(html).dropFirst("<!DOCTYPE html>\n".count)
        var open: [Int] = []
        func fault(_ problem: String) -> Malformed { Malformed(description: "\(problem) before: \(rest.prefix(80))") }
        while !rest.isEmpty {
            if let last = open.last, elements[last].name == "style" {
                guard let end = rest.range(of: "</style>") else { throw fault("a style without an end") }
                elements[last].text = String(rest[..<end.lowerBound])
                rest = rest[end.lowerBound...]
            }
            guard rest.first == "<" else {
                let text = rest.prefix { $0 != "<" }
                let plain = try HTMLDocument.unescaped(text)
                for index in open { elements[index].text += plain }
                rest = rest.dropFirst(text.count)
                continue
            }
            guard let end = rest.firstIndex(of: ">") else { throw fault("a tag without an end") }
            var tag = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.first == "/" {
                guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
                    throw fault("</\(tag.dropFirst())> closes another element")
                }
                continue
            }
            let isClosed = tag.last == "/"
            if isClosed { tag = tag.dropLast() }
            let name = String(tag.prefix { $0 != " " && $0 != "\n" })
            let attributes = try HTMLDocument.attributes(tag.dropFirst(name.count))
            elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
            if !isClosed && !HTMLDocument.void.contains(name) { open.append(elements.count - 1) }
        }
        guard open.isEmpty else { throw Malformed(description: "\(open.count) elements stay open") }
    }

    func all(_ name: String, class style: String? = nil) -> [Element] {
        elements.filter { element in
            element.name == name
                && (style.map { (element.attributes["class"] ?? "").split(separator: " ").contains(Substring($0)) }
                    ?? true)
        }
    }

    private static func attributes(_ text: Substring) throws -> [String: String] {
        var attributes: [String: String] = [:]
        var rest = text.drop { $0 == " " || $0 == "\n" }
        while !rest.isEmpty {
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, attributes[String(name)] == nil else {
                throw Malformed(description: "in a tag: \(text)")
            }
            if rest.first == "=" {
                guard rest.dropFirst().first == "\"", let end = rest.dropFirst(2).firstIndex(of: "\"") else {
                    throw Malformed(description: "an attribute without quotes: \(text)")
                }
                attributes[String(name)] = try unescaped(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                attributes[String(name)] = ""
            }
            guard rest.isEmpty || rest.first == " " || rest.first == "\n" else {
                throw Malformed(description: "attributes run together: \(text)")
            }
            rest = rest.drop { $0 == " " || $0 == "\n" }
        }
        return attributes
    }

    private static func unescaped(_ text: Substring) throws -> String {
        var result = ""
        var rest = text
        let references = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
        while let character = rest.first {
            if character == "&" {
                guard let (name, value) = references.first(where: { rest.hasPrefix($0.key) }) else {
                    throw Malformed(description: "a bare ampersand: \(rest.prefix(30))")
                }
                result += value
                rest = rest.dropFirst(name.count)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}

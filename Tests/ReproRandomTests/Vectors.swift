import Foundation
import Testing

/// The cases of a vector file: one array of fields a line, comments left out.
func vectors(_ name: String, separator: Character = " ") throws -> [[String]] {
    let url = try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil))
    let text = try String(contentsOf: url, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    try #require(!lines.isEmpty, "\(name) holds no case")
    return lines.map { line in
        line.split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

func hex64(_ field: String) throws -> UInt64 { try #require(UInt64(field, radix: 16), "not hexadecimal: \(field)") }
func hex32(_ field: String) throws -> UInt32 { try #require(UInt32(field, radix: 16), "not hexadecimal: \(field)") }
func key(_ field: String) throws -> [UInt32] {
    try field == "-" ? [] : field.split(separator: ",").map { try hex32(String($0)) }
}

import Testing

// Fields of vector files: numbers in hexadecimal and decimal, lists, bytes.

package func hex32(_ field: String) throws -> UInt32 {
    try #require(UInt32(field, radix: 16), "not hexadecimal: \(field)")
}

package func hex64(_ field: String) throws -> UInt64 {
    try #require(UInt64(field, radix: 16), "not hexadecimal: \(field)")
}

package func decimal(_ field: String) throws -> Int { try #require(Int(field), "not a number: \(field)") }

/// Two halves of a number of 32 hexadecimal digits.
package func halves(_ field: String) throws -> (high: UInt64, low: UInt64) {
    (try hex64(String(field.prefix(16))), try hex64(String(field.suffix(16))))
}

/// Entries with commas between them; `-` is none.
package func list(_ field: String) -> [String] { field == "-" ? [] : field.split(separator: ",").map(String.init) }

/// Bytes of two hexadecimal digits each; `-` is none.
package func unhex(_ field: String) throws -> [UInt8] {
    if field == "-" { return [] }
    let digits = try field.utf8.map { try #require(Character(Unicode.Scalar($0)).hexDigitValue, "\(field)") }
    try #require(digits.count % 2 == 0)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

import Foundation
import ReproFormats
import ReproTestSupport
import Testing

/// Damaged files are an error or a valid array: never a trap, a hang, or more memory than twice the file.
@Suite struct DamageTests {
    private static let count = 10_000

    @Test func damagedSafetensorsAreErrorsOrArrays() throws {
        try damage(vectors.cases("safetensors.txt").map { try unhex($0[0]) }, headerStart: 8, lengthCount: 8) { file in
            let opened = try SafetensorsFile(file)
            return opened.entries.reduce(0) { sum, entry in
                guard let value = try? opened.read(entry) else { return sum }
                return sum + self.byteCount(value)
            }
        }
    }

    @Test func damagedNPYFilesAreErrorsOrArrays() throws {
        try damage(vectors.cases("npy.txt").map { try unhex($0[0]) }, headerStart: 10, lengthCount: 2) { file in
            self.byteCount(try NPYFile(file).read())
        }
    }

    @Test func everyPrefixOfAFileIsRefused() throws {
        for fields in try vectors.cases("safetensors.txt").prefix(4) {
            let whole = try unhex(fields[0])
            for end in 0..<whole.count {
                _ = try thrown(FormatError.self, "\(end) bytes") {
                    _ = try SafetensorsFile(ByteFile(bytes: Array(whole[..<end]), path: "x"))
                }
            }
        }
        for fields in try vectors.cases("npy.txt") where fields[1] == "same" {
            let whole = try unhex(fields[0])
            for end in 0..<whole.count {
                _ = try thrown(FormatError.self, "\(end) bytes") {
                    _ = try NPYFile(ByteFile(bytes: Array(whole[..<end]), path: "x"))
                }
            }
        }
    }

    private func byteCount(_ value: ArrayValue) -> Int { value.count * (value.tensor == nil ? 8 : 4) }

    /// Reads `count` damaged files; `read` gives the size of what it made.
    private func damage(
        _ files: [[UInt8]], headerStart: Int, lengthCount: Int, _ read: (ByteFile) throws -> Int
    ) throws {
        let before = peakByteCount()
        var (refused, valid) = (0, 0)
        for seed in 0..<DamageTests.count {
            var dice = SplitMix64(seed: UInt64(seed))
            var data = files[dice.below(files.count)]
            for _ in 0...dice.below(3) { damageOnce(&data, &dice, headerStart, lengthCount) }
            do {
                let made = try read(ByteFile(bytes: data, path: "damaged"))
                #expect(made <= 2 * data.count, "seed \(seed): \(made) bytes from \(data.count)")
                valid += 1
            } catch {
                #expect(error is FormatError, "seed \(seed): \(error)")
                refused += 1
            }
        }
        #expect(refused > DamageTests.count / 4 && valid > DamageTests.count / 50, "\(refused) refused, \(valid) valid")
        // The tests that run beside take some too; an announced size that was believed would take far more.
        #expect(peakByteCount() - before < 256 << 20, "memory grew by \(peakByteCount() - before) bytes")
    }

    private func damageOnce(_ data: inout [UInt8], _ dice: inout SplitMix64, _ headerStart: Int, _ lengthCount: Int) {
        guard !data.isEmpty else { return }
        let place = dice.below(data.count)
        switch dice.below(9) {
        case 0: data[place] ^= 1 << dice.below(8)
        case 1: data[place] = UInt8(dice.below(256))
        case 2: data.removeLast(dice.below(data.count) + 1)
        case 3: data += (0...dice.below(64)).map { _ in UInt8(dice.below(256)) }
        case 4: data.removeSubrange(place..<min(data.count, place + 1 + dice.below(8)))
        case 5: data.insert(contentsOf: data[place..<min(data.count, place + 1 + dice.below(32))], at: place)
        case 6: data[dice.below(min(data.count, headerStart))] = UInt8(dice.below(256))
        default: replaceNumber(in: &data, &dice, headerStart, lengthCount)
        }
    }

    /// Puts another number in the place of one in the header and keeps the header's length right, so that the damage lies in
    /// the meaning and not in the grammar.
    private func replaceNumber(in data: inout [UInt8], _ dice: inout SplitMix64, _ headerStart: Int, _ lengthCount: Int)
    {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        let places = data.indices.filter { $0 >= headerStart && isDigit(data[$0]) && $0 < 1000 }
        guard !places.isEmpty else { return }
        let start = places[dice.below(places.count)]
        let end = data[start...].firstIndex { !isDigit($0) } ?? data.count
        let numbers = [
            "0", "1", "2", "8", "24", "-1", "65536", "4294967296", "4611686018427387904", "9223372036854775807",
            "9223372036854775808", "18446744073709551616", "1e3", "00",
        ]
        let number = bytes(numbers[dice.below(numbers.count)])
        data.replaceSubrange(start..<end, with: number)
        let lengthStart = 8 - (lengthCount == 8 ? 8 : 0)
        var length = 0
        for index in (0..<2).reversed() { length = length << 8 | Int(data[lengthStart + index]) }
        length += number.count - (end - start)
        for index in 0..<2 { data[lengthStart + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
    }
}

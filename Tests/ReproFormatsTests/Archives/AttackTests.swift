import Foundation
import ReproFormats
import ReproTestSupport
import Testing

/// The known attacks on readers of pickles and archives: each is an error that says why, and takes little time and memory.
@Suite struct AttackTests {
    private static let limits = ReadingLimits(
        expandedByteCount: 1_000_000, leafCount: 100_000, repeatedByteCount: 1_000_000)

    @Test func knownAttacksAreRefusedForTheirReason() throws {
        let attacks = try HeldFile.all("attacks.txt")
        #expect(attacks.count > 120)
        for attack in attacks {
            let says = String(decoding: try unhex(attack.rest[0]), as: UTF8.self)
            let error = try thrown(FormatError.self, "\(attack.name)") {
                _ = try attack.held(attack.bytes, limits: AttackTests.limits)
            }
            #expect(error.category == .badData)
            #expect(error.problem.contains(says), "\(attack.name): \(error), where “\(says)” is expected")
        }
    }

    @Test func everyPrefixIsRefused() throws {
        let names = ["plain2.pkl", "numpy4.pkl", "small9.gz", "streamed.zip", "zip64.zip"]
        for file in try HeldFile.all("archives.txt") where names.contains(file.name) {
            for end in 0..<file.bytes.count {
                _ = try thrown(FormatError.self, "\(file.name), \(end) bytes") {
                    _ = try file.held(Array(file.bytes[..<end]))
                }
            }
        }
    }

    /// Mutated files are an error or are read: never a trap, a hang or much memory. `make damage COUNT=10000` reads more.
    @Test func mutatedFilesAreErrorsOrRead() throws {
        let count = ProcessInfo.processInfo.environment["REPRO_DAMAGE_COUNT"].flatMap(Int.init) ?? 400
        let files = try (HeldFile.all("archives.txt") + HeldFile.all("attacks.txt")).filter { $0.bytes.count < 6000 }
        var (refused, read) = (0, 0)
        let before = peakByteCount()
        for seed in 0..<count {
            var dice = SplitMix64(seed: UInt64(seed))
            let file = files[dice.below(files.count)]
            var bytes = file.bytes
            for _ in 0...dice.below(4) { mutate(&bytes, files[dice.below(files.count)].bytes, &dice) }
            do {
                _ = try file.held(bytes, limits: AttackTests.limits)
                read += 1
            } catch {
                #expect(error is FormatError, "seed \(seed), \(file.name): \(error)")
                refused += 1
            }
        }
        #expect(refused > count / 2 && read > 0, "\(refused) refused, \(read) read")
        #expect(peakByteCount() - before < 512 << 20)
    }

    private func mutate(_ data: inout [UInt8], _ other: [UInt8], _ dice: inout SplitMix64) {
        guard !data.isEmpty else { return }
        let place = dice.below(data.count)
        switch dice.below(9) {
        case 0: data[place] ^= 1 << dice.below(8)
        case 1: data[place] = UInt8(dice.below(256))
        case 2:
            data[place] =
                [0x28, 0x2e, 0x30, 0x52, 0x61, 0x62, 0x65, 0x68, 0x71, 0x74, 0x75, 0x81, 0x85, 0x93][dice.below(14)]
        case 3: data.removeLast(dice.below(min(64, data.count)))
        case 4: data.removeSubrange(place..<min(data.count, place + 1 + dice.below(8)))
        case 5: data.insert(contentsOf: data[place..<min(data.count, place + 1 + dice.below(32))], at: place)
        case 6:
            let number = [0, 1, 0x7f, 0xff, 0xffff_ffff, 1 << 62, -1][dice.below(7)]
            for index in place..<min(data.count, place + [1, 2, 4, 8][dice.below(4)]) {
                data[index] = UInt8(truncatingIfNeeded: number >> (8 * (index - place)))
            }
        case 7 where !other.isEmpty:
            let start = dice.below(other.count)
            data.replaceSubrange(
                place..<min(data.count, place + 16), with: other[start..<min(other.count, start + 1 + dice.below(24))])
        default: data.swapAt(place, dice.below(data.count))
        }
    }
}

/// Numbers distinct byte strings 0, 1, 2, … in the order in which they are first seen.
///
/// The strings stand one behind another in one array, and are looked up where they stand in somebody else's, so that a word of
/// a large file costs no allocation.
package struct TokenTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each string ends; it begins where the one before it ends.
    private var ends: [Int] = []
    /// A string's number plus one at the place that its bytes give, or at the first free place behind it; 0 where free.
    private var slots = [UInt32](repeating: 0, count: 64)

    package init() {}

    /// How many strings there are.
    package var count: Int { ends.count }

    /// The string of a number.
    ///
    /// - Precondition: the number is below ``count``.
    package subscript(_ number: Int) -> ArraySlice<UInt8> {
        bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
    }

    /// The number of a string; nil where it was not seen.
    package func number(of token: ArraySlice<UInt8>) -> Int? {
        let slot = slots[place(of: token)]
        return slot == 0 ? nil : Int(slot) - 1
    }

    /// The number of a string, which is the next one where it was not seen before.
    package mutating func insert(_ token: ArraySlice<UInt8>) -> Int {
        let place = place(of: token)
        if slots[place] != 0 { return Int(slots[place]) - 1 }
        bytes += token
        ends.append(bytes.count)
        slots[place] = UInt32(ends.count)
        if 2 * ends.count > slots.count { grow() }
        return ends.count - 1
    }

    /// Where a string's number stands or would stand.
    private func place(of token: ArraySlice<UInt8>) -> Int {
        var place = TokenTable.mixed(token) & (slots.count - 1)
        while slots[place] != 0, self[Int(slots[place]) - 1] != token { place = (place + 1) & (slots.count - 1) }
        return place
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: 2 * slots.count)
        for number in ends.indices { slots[place(of: self[number])] = UInt32(number + 1) }
    }

    /// FNV-1a over 64 bits, its high half folded into its low one. No result depends on it.
    private static func mixed(_ token: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in token { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

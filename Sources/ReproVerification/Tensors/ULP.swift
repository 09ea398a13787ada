/// Distances between binary32 numbers in units in the last place: how many steps to the next representable number lead from
/// one to the other.
public enum ULP {
    /// The distance of two bit patterns. +0 and −0 are one step apart, so that a distance of 0 means equal bits. Nil where
    /// either is a NaN and the bits differ.
    public static func distance(_ a: UInt32, _ b: UInt32) -> UInt64? {
        if a == b { return 0 }
        if Float(bitPattern: a).isNaN || Float(bitPattern: b).isNaN { return nil }
        let (left, right) = (place(a), place(b))
        return UInt64(left > right ? left - right : right - left)
    }

    /// How far the binary32 numbers in the low halves of two integers are apart: in steps, and as the absolute difference of
    /// their values. Nil where either is a NaN and the bits differ.
    static func apart(_ a: UInt64, _ b: UInt64) -> (ulps: UInt64, distance: Double)? {
        let (left, right) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
        guard let ulps = distance(left, right) else { return nil }
        return (ulps, (Double(Float(bitPattern: left)) - Double(Float(bitPattern: right))).magnitude)
    }

    /// Numbers in their order: −0 directly below +0.
    private static func place(_ bits: UInt32) -> Int64 {
        bits >> 31 == 0 ? Int64(bits) : -1 - Int64(bits & 0x7fff_ffff)
    }
}

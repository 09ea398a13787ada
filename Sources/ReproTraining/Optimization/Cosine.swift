/// The sine that a cosine schedule is made of, in binary64 without a library function (contract, section 8).
enum Cosine {
    /// `±1 ÷ (2k + 1)!` for k from 11 down to 0, each the nearest binary64 number.
    private static let coefficients = [
        -0x1.761b41316381ap-75, 0x1.71b8ef6dcf572p-66, -0x1.2f49b46814157p-57,
        0x1.952c77030ad4ap-49, -0x1.ae7f3e733b81fp-41, 0x1.6124613a86d09p-33,
        -0x1.ae64567f544e4p-26, 0x1.71de3a556c734p-19, -0x1.a01a01a01a01ap-13,
        0x1.1111111111111p-7, -0x1.5555555555555p-3, 0x1p0,
    ]

    /// sin z for 0 ≤ z ≤ π/2: z times a polynomial of z² by Horner's rule, each operation rounded. Off by less than 1e−15.
    static func sine(_ z: Double) -> Double {
        let square = z * z
        var sum = 0.0
        for coefficient in coefficients {
            let product = sum * square
            sum = product + coefficient
        }
        return z * sum
    }

    /// `(1 + cos(π e ÷ n)) ÷ 2` for 0 < e < n, as the square of `sin(((n − e) ÷ n) × (π ÷ 2))`.
    static func factor(epoch: Int, of epochs: Int) -> Double {
        let sine = sine(Double(epochs - epoch) / Double(epochs) * 0x1.921fb54442d18p0)
        return sine * sine
    }
}

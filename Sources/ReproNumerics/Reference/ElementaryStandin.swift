import Foundation

/// A stand-in until the correctly rounded functions land: the same C library calls as the C target's stand-in.
enum ReferenceElementary {
    static func exp(_ x: Float) -> Float { Float(Foundation.exp(Double(x))) }
    static func log(_ x: Float) -> Float { Float(Foundation.log(Double(x))) }
    static func log1p(_ x: Float) -> Float { Float(Foundation.log1p(Double(x))) }
    static func tanh(_ x: Float) -> Float { Float(Foundation.tanh(Double(x))) }
    static func sigmoid(_ x: Float) -> Float { Float(1 / (1 + Foundation.exp(-Double(x)))) }
}

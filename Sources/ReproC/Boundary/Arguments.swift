import CRepro
import ReproNumerics

// Checks a caller's arguments before anything relies on them.

/// The greatest size of an axis: products of two of them fit into 64 bits.
private let greatestSize: Int64 = 1 << 31

/// What a pointer points to.
func given<Value>(_ pointer: UnsafePointer<Value>?, _ name: String) throws -> UnsafePointer<Value> {
    guard let pointer else { throw Refusal.argument("\(name) is NULL") }
    return pointer
}

/// What a pointer points to, to be written.
func given<Value>(_ pointer: UnsafeMutablePointer<Value>?, _ name: String) throws -> UnsafeMutablePointer<Value> {
    guard let pointer else { throw Refusal.argument("\(name) is NULL") }
    return pointer
}

/// A size within `least` … 2^31.
func size(_ value: Int64, _ name: String, least: Int64 = 1) throws -> Int {
    guard value >= least && value <= greatestSize else {
        throw Refusal.argument("\(name) is \(value); expected \(least) … \(greatestSize)")
    }
    return Int(value)
}

/// 0 or 1.
func flag(_ value: Int64, _ name: String) throws -> Bool {
    guard value == 0 || value == 1 else { throw Refusal.argument("\(name) is \(value); expected 0 or 1") }
    return value == 1
}

/// A number within a range, which no NaN is.
func number(_ value: Double, _ name: String, in range: ClosedRange<Double>) throws -> Double {
    guard range.contains(value) else { throw Refusal.argument("\(name) is \(value); expected \(range)") }
    return value
}

/// A number of a list's entries.
func list<Value>(
    _ pointer: UnsafePointer<Value>?, _ count: Int64, _ name: String
) throws -> UnsafeBufferPointer<Value> {
    guard count >= 0 && count <= greatestSize && (pointer != nil || count == 0) else {
        throw Refusal.argument("\(name) is a list of \(count)\(pointer == nil ? " at NULL" : "")")
    }
    return UnsafeBufferPointer(start: pointer, count: Int(count))
}

/// How many elements a shape holds.
private func count(of shape: [Int], _ name: () -> String) throws -> Int {
    var count = 1
    for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow && product <= Int.max / 64 else {
            throw Refusal.argument("\(name()) of shape \(shape) is beyond any memory")
        }
        count = product
    }
    return count
}

/// Holds a buffer to a shape. Its name is made where something is wrong.
private func verify(_ data: UnsafeRawPointer?, _ found: Int64, _ name: () -> String, _ shape: [Int]) throws {
    let expected = try count(of: shape, name)
    guard found == Int64(expected) else {
        throw Refusal.argument("\(name()) has \(found) elements; expected \(expected), shape \(shape)")
    }
    guard data != nil || expected == 0 else { throw Refusal.argument("\(name()) is NULL") }
    guard Int(bitPattern: data) % MemoryLayout<Float>.alignment == 0 else {
        throw Refusal.argument("\(name()) is not aligned to its elements")
    }
}

extension repro_input {
    var isAbsent: Bool { data == nil && count == 0 }

    /// The numbers as a tensor that stands where the caller has them.
    func tensor(_ name: @autoclosure () -> String, _ shape: [Int]) throws -> Tensor {
        try verify(data, count, name, shape)
        return data.map { Tensor(borrowing: $0, shape: shape) } ?? Tensor(zeros: shape)
    }

    /// The same; nil where it is absent.
    func optional(_ name: @autoclosure () -> String, _ shape: [Int]) throws -> Tensor? {
        isAbsent ? nil : try tensor(name(), shape)
    }
}

extension repro_output {
    var isAbsent: Bool { data == nil && count == 0 }

    /// Holds the memory to a shape before anything is computed.
    func expect(_ name: @autoclosure () -> String, _ shape: [Int]) throws { try verify(data, count, name, shape) }

    /// The same; nothing where it is absent.
    func expectIfPresent(_ name: @autoclosure () -> String, _ shape: [Int]) throws {
        if !isAbsent { try expect(name(), shape) }
    }

    /// Hands a result over. The shape was expected before.
    func write(_ tensor: Tensor?) {
        guard let data, let tensor else { return }
        VectorView(base: data, count: Int(count)).copy(from: tensor.view)
    }

    /// The memory itself, for what is changed in place.
    func view(_ name: String, count expected: Int) throws -> VectorView {
        try expect(name, [expected])
        return VectorView(base: data ?? UnsafeMutablePointer(bitPattern: 64)!, count: expected)
    }
}

extension repro_integers {
    var isAbsent: Bool { data == nil && count == 0 }

    /// A copy of the integers, each of which `isAllowed` accepts.
    func values(_ name: String, allowed: String, _ isAllowed: (Int) -> Bool) throws -> [Int] {
        let list = try list(data, count, name)
        return try list.indices.map { index in
            guard isAllowed(Int(list[index])) else {
                throw Refusal.argument("\(name)[\(index)] is \(list[index]); expected \(allowed)")
            }
            return Int(list[index])
        }
    }
}

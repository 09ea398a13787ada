/// The operations behind the numerical contract, over memory that the caller owns.
///
/// Every implementation gives the same bits; ``ReferenceKernels`` is the specification, as plain loops. "Chain" means
/// `acc ← fma(a, b, acc)` in ascending order of the reduced index, one rounding each. Matrices are row-major; a stride
/// counts elements between rows. Outputs never alias inputs unless a method says so. Sizes may be zero. Nothing
/// allocates but `outer`, which packs its operands. Floating-point environments are the caller's duty: ``Workers`` and
/// ``FloatingPointEnvironment``.
public protocol Kernels: Sendable {
    /// The path that these kernels are.
    var path: KernelPath { get }

    // MARK: Matrix products

    /// The number of elements that `pack` writes for a matrix of `depth` rows and `columns` columns.
    func packedCount(depth: Int, columns: Int) -> Int

    /// Lays B (depth × columns, `B(k, n) = b[k × rowStride + n × columnStride]`) out for `multiply` of this same path.
    ///
    /// Memory aligned to 64 bytes makes `multiply` faster.
    func pack(
        depth: Int, columns: Int, from b: UnsafePointer<Float>, rowStride: Int, columnStride: Int,
        into packed: UnsafeMutablePointer<Float>)

    /// `C(m, n)` = chain over k of `A(m, k) · B(k, n)`, starting at `start[n]`, or at `C(m, n)` where `start` is nil.
    func multiply(
        rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, packed: UnsafePointer<Float>,
        start: UnsafePointer<Float>?, c: UnsafeMutablePointer<Float>, cStride: Int)

    /// `C(m, n)` = chain over k of `aRows[k][m] · bRows[k][n]`, starting at `C(m, n)` where `accumulate`, else at +0.
    ///
    /// The sum of outer products behind every weight gradient; k runs over positions in their order.
    func outer(
        rows: Int, columns: Int, depth: Int, aRows: UnsafePointer<UnsafePointer<Float>?>,
        bRows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool, c: UnsafeMutablePointer<Float>, cStride: Int)

    /// `out[n]` = sum over k, ascending, of `rows[k][n]`, starting at `out[n]` where `accumulate`, else at +0.
    func sumRows(
        columns: Int, depth: Int, rows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool,
        out: UnsafeMutablePointer<Float>)

    // MARK: Elementary functions, correctly rounded for every input; `output` may be `input`

    func exp(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>)
    func log(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>)
    func log1p(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>)
    func tanh(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>)
    func sigmoid(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>)

    // MARK: Cells
    // Gate q of unit j of a row stands at row[q × hidden + j]. `units` units are computed from the pointers given, so
    // that callers may split the units of a layer: units ≤ hidden, hidden being the distance between gates.

    /// LSTM, gates i f g o: `gates` holds pre-activations and receives the activations.
    ///
    ///     i, f, o = sigmoid   g = tanh   c' = fma(f, c, i × g)   h' = o × tanh(c')
    ///
    /// `cellOut` may be `cell`; `tanhCell` receives `tanh(c')` where it is not nil.
    func lstmForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, cellOut: UnsafeMutablePointer<Float>, cellOutStride: Int,
        tanhCell: UnsafeMutablePointer<Float>?, tanhStride: Int, h: UnsafeMutablePointer<Float>, hStride: Int)

    /// LSTM: `gates` holds activations and receives the gradients before activation.
    ///
    /// `dCell` holds the gradient that flows into c' from the next step and receives the one that flows into c. With
    /// `t = tanhCell` and products associating to the left:
    ///
    ///     dc = fma(dh × o, fma(−t, t, 1), dCell)
    ///     di = (dc × g × i) × (1 − i)   df = (dc × c × f) × (1 − f)   dg = (dc × i) × fma(−g, g, 1)
    ///     do = (dh × t × o) × (1 − o)   dCell = dc × f
    func lstmBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, tanhCell: UnsafePointer<Float>, tanhStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, dCell: UnsafeMutablePointer<Float>, dCellStride: Int)

    /// GRU, gates r z n: `gates` holds the pre-activations of r and z and the input's part gx of n, and receives r, z,
    /// n; `gh` holds the hidden state's part of n.
    ///
    ///     n = tanh(fma(r, gh, gx))   h' = fma(z, h − n, n)
    ///
    /// `hOut` may be `h`.
    func gruForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        hOut: UnsafeMutablePointer<Float>, hOutStride: Int)

    /// GRU: `gates` holds r, z, n and receives the gradients before activation; `gh` receives `dn × r`.
    ///
    ///     dz = (dh × (h − n) × z) × (1 − z)   dn = (dh × (1 − z)) × fma(−n, n, 1)   dr = (dn × gh × r) × (1 − r)
    ///
    /// `dhBefore` holds the gradient from above into h, the state that the step read, and receives
    /// `fma(dh, z, dhBefore)`, where the chain into h starts.
    func gruBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafeMutablePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, dhBefore: UnsafeMutablePointer<Float>,
        dhBeforeStride: Int)

    /// RNN: `h = tanh(a)`, or `a > 0 ? a : +0` where `relu`. `h` may be `pre`.
    func rnnForward(
        rows: Int, units: Int, relu: Bool, pre: UnsafePointer<Float>, preStride: Int, h: UnsafeMutablePointer<Float>,
        hStride: Int)

    /// RNN: `delta = dh × fma(−h, h, 1)`, or `h > 0 ? dh : +0` where `relu`. `delta` may be `dh`.
    func rnnBackward(
        rows: Int, units: Int, relu: Bool, h: UnsafePointer<Float>, hStride: Int, dh: UnsafePointer<Float>,
        dhStride: Int, delta: UnsafeMutablePointer<Float>, deltaStride: Int)

    // MARK: Optimisers, element by element, each operation rounded, no fma

    /// One step of SGD.
    ///
    ///     g = gradient × scale (where scale ≠ 1)   g = g + decay × p (where decay ≠ 0)
    ///     v = first ? g : momentum × v + g, g = v (where momentum ≠ 0)   p = p − rate × g
    ///
    /// `velocity` may be nil where `momentum` is 0.
    func sgd(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, scale: Float, rate: Float, momentum: Float, decay: Float, first: Bool)

    /// One step of Adam or AdamW.
    ///
    ///     g = gradient × scale (where scale ≠ 1)   p = p × shrink (where shrink ≠ 1; AdamW's decay)
    ///     g = g + decay × p (where decay ≠ 0; Adam's)   m = m + w1 × (g − m)   v = beta2 × v + w2 × (g × g)
    ///     p = p − rate × (m ÷ (√v ÷ root + epsilon))
    func adam(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>,
        v: UnsafeMutablePointer<Float>, coefficients: AdamCoefficients)

    // MARK: Sums in binary64, digests

    /// Lane j of 64 sums the squares of elements j, j + 64, … in binary64; the lanes are then added to `sum` in
    /// ascending order.
    func sumOfSquares(count: Int, _ x: UnsafePointer<Float>, into sum: inout Double)

    /// SHA-256's compression function (FIPS 180-4, section 6.2) over `blocks` blocks of 64 bytes; `state` is 8 words.
    func sha256(state: UnsafeMutablePointer<UInt32>, data: UnsafePointer<UInt8>, blocks: Int)

    /// The SHA-256 of each consecutive piece of `data`, 32 bytes each: pieces of `pieceSize` bytes, the last maybe shorter.
    ///
    /// Pieces are independent, so that several pass through the processor's pipeline at once.
    func sha256Pieces(_ data: UnsafeRawBufferPointer, pieceSize: Int, digests: UnsafeMutablePointer<UInt8>)
}

/// What a step of Adam multiplies by, each rounded once to binary32.
public struct AdamCoefficients: Sendable, Equatable {
    public var scale: Float
    public var shrink: Float
    public var decay: Float
    public var w1: Float
    public var beta2: Float
    public var w2: Float
    public var rate: Float
    public var root: Float
    public var epsilon: Float

    public init(
        scale: Float, shrink: Float, decay: Float, w1: Float, beta2: Float, w2: Float, rate: Float, root: Float,
        epsilon: Float
    ) {
        self.scale = scale
        self.shrink = shrink
        self.decay = decay
        self.w1 = w1
        self.beta2 = beta2
        self.w2 = w2
        self.rate = rate
        self.root = root
        self.epsilon = epsilon
    }
}

/// The operations behind the numerical contract, over memory that the caller owns.
///
/// Every implementation gives the same bits; ``ReferenceKernels`` is the specification, as plain loops. "Chain" means
/// `acc ← fma(a, b, acc)` in ascending order of the reduced index, one rounding each. Outputs never alias inputs unless a
/// method says so. Sizes may be zero. The floating-point environment is the caller's duty: ``Engine/verify()``.
public protocol Kernels: AnyObject, Sendable {
    /// The path that these kernels are.
    var path: KernelPath { get }

    // MARK: Matrix products

    /// The number of elements that `pack` writes for a matrix of `depth` rows and `columns` columns.
    func packedCount(depth: Int, columns: Int) -> Int

    /// Lays B (depth × columns) out for `multiply` of this same path.
    ///
    /// Memory aligned to 64 bytes makes `multiply` faster.
    func pack(_ b: StridedView, into packed: VectorView)

    /// `C(m, n)` = chain over k of `A(m, k) · B(k, n)`, starting at `start[n]`, or at `C(m, n)` where `start` is nil.
    ///
    /// - Parameter packed: B with as many rows as A has columns, and C's columns, from `pack`.
    func multiply(_ a: MatrixView, packed: VectorView, start: VectorView?, into c: MatrixView)

    /// `C(m, n)` = chain over k of `a.row(k)[m] · b.row(k)[n]`, starting at `C(m, n)` where `accumulate`, else at +0.
    ///
    /// The sum of outer products behind every weight gradient; k runs over positions in their order.
    func outer(_ a: RowsView, _ b: RowsView, accumulate: Bool, into c: MatrixView)

    /// `out[n]` = sum over k, ascending, of `rows.row(k)[n]`, starting at `out[n]` where `accumulate`, else at +0.
    func sumRows(_ rows: RowsView, accumulate: Bool, into out: VectorView)

    // MARK: Elementary functions, correctly rounded for every input; `output` may be `input`

    func exp(_ input: VectorView, into output: VectorView)
    func log(_ input: VectorView, into output: VectorView)
    func log1p(_ input: VectorView, into output: VectorView)
    func tanh(_ input: VectorView, into output: VectorView)
    func sigmoid(_ input: VectorView, into output: VectorView)

    // MARK: Cells, each in a file of its own

    /// One time step of a cell, from the pre-activations to the state.
    ///
    /// - Parameter step: unchanged; passed in place, because a step of a small cell would feel its copy.
    func forward(_ cell: CellKind, _ step: inout CellStep)

    /// One time step of a cell backward, from the state's gradient to the gradients before activation.
    ///
    /// - Parameter step: unchanged, in place.
    func backward(_ cell: CellKind, _ step: inout CellGradientStep)

    /// Completes the gradient of a state from `gradient`, which holds the chain over the gate rows of the step that read
    /// the state.
    ///
    ///     r ← fma(dh', z', r) (where `carried`)   dh = above + r (where `above`)
    ///
    /// - Parameters:
    ///   - carried: for a cell whose new state contains a share of the old one (GRU: z' × h), the gradient dh' of that new
    ///     state and the share z'; nil for other cells.
    ///   - above: the gradient from above into the state.
    func completeStateGradient(
        _ gradient: MatrixView, carried: (gradient: MatrixView, update: MatrixView)?, above: MatrixView?)

    // MARK: Optimisers, element by element, each operation rounded, no fma

    /// One step of SGD.
    ///
    ///     g = gradient × scale (where scale ≠ 1)   g = g + decay × p (where decay ≠ 0)
    ///     v = first ? g : momentum × v + g, g = v (where momentum ≠ 0)   p = p − rate × g
    ///
    /// `velocity` may be nil where `momentum` is 0.
    func sgd(_ p: VectorView, gradient: VectorView, velocity: VectorView?, coefficients: SGDCoefficients)

    /// One step of Adam or AdamW.
    ///
    ///     g = gradient × scale (where scale ≠ 1)   p = p × shrink (where shrink ≠ 1; AdamW's decay)
    ///     g = g + decay × p (where decay ≠ 0; Adam's)   m = m + w1 × (g − m)   v = beta2 × v + w2 × (g × g)
    ///     p = p − rate × (m ÷ (√v ÷ root + epsilon))
    func adam(_ p: VectorView, gradient: VectorView, m: VectorView, v: VectorView, coefficients: AdamCoefficients)

    // MARK: Sums in binary64, digests

    /// Lane j of 64 sums the squares of elements j, j + 64, … in binary64; the lanes are then added to `sum` in
    /// ascending order.
    func sumOfSquares(_ x: VectorView, into sum: inout Double)

    /// SHA-256's compression function (FIPS 180-4, section 6.2) over whole blocks of 64 bytes; `state` is 8 words.
    func sha256(_ blocks: ByteView, state: inout [UInt32])

    /// The SHA-256 of each consecutive piece, 32 bytes each: pieces of `pieceSize` bytes, the last maybe shorter.
    ///
    /// Pieces are independent, so that several pass through the processor's pipeline at once.
    func sha256Pieces(_ bytes: ByteView, pieceSize: Int) -> [UInt8]
}

import ReproNN
import ReproNumerics
import ReproTrace

/// What the output and the states of recurrent modules look like, and which of them are the same numbers.
public struct Inspection: Sendable {
    /// Whether two ways to a representation give the same bits.
    public struct Identity: Sendable, Equatable {
        /// What is claimed, in the notation of a notebook.
        public let claim: String
        /// Whether it holds bit for bit.
        public let holds: Bool
    }

    /// One module on one set of lengths.
    public struct View: Sendable {
        /// The cell's name.
        public let module: String
        /// The valid steps of each sequence.
        public let lengths: [Int]
        /// The tensors that were looked at.
        public let tensors: [NamedTensor]
        /// The claims that were tried on them.
        public let identities: [Identity]
    }

    /// `[B, T, I]`.
    public let input: Tensor
    /// What was seen, one view per list of lengths and module.
    public let views: [View]
}

/// A module's results on one batch, batch first, taken apart.
struct InspectedOutput {
    let result: RecurrentOutput
    let lengths: [Int]

    /// What the digest covers, in its order.
    func tensors() throws(FloatingPointFault) -> [NamedTensor] {
        var tensors = [NamedTensor("output", result.output), NamedTensor("h_n", result.hidden)]
        if let cell = result.cell { tensors.append(NamedTensor("c_n", cell)) }
        for merging in Merging.allCases {
            tensors.append(NamedTensor("final." + merging.rawValue, try result.final(merging)))
        }
        tensors.append(NamedTensor("last.gather", result.lastByGather(lengths: lengths, batchFirst: true)))
        tensors.append(NamedTensor("last.step", result.lastStep(batchFirst: true)))
        return tensors
    }

    /// The identities that people rely on, each computed from the tensors themselves.
    func identities() throws(FloatingPointFault) -> [Inspection.Identity] {
        var identities: [Inspection.Identity] = []
        func claim(_ text: String, _ holds: Bool) {
            identities.append(Inspection.Identity(claim: text, holds: holds))
        }
        let size = result.stateSize
        let last = result.layers * result.directions
        let gather = result.lastByGather(lengths: lengths, batchFirst: true)
        let step = result.lastStep(batchFirst: true)
        let forward = result.hidden(layer: -1, direction: .forward)
        let forwardIndex = last - result.directions
        claim(
            "output[:, -1, :H] == h_n[\(forwardIndex)]", step.columns(0..<size).isBitwiseEqual(to: forward))
        claim(
            "output[b, length(b)-1, :H] == h_n[\(forwardIndex)]", gather.columns(0..<size).isBitwiseEqual(to: forward))
        guard result.directions == 2 else { return identities }
        let reverse = result.hidden(layer: -1, direction: .reverse)
        let half = size..<(2 * size)
        let (final, sum) = (try result.final(.concat), try result.final(.sum))
        claim("output[:, 0, H:] == h_n[\(last - 1)]", gather.columns(half).isBitwiseEqual(to: reverse))
        claim("output[:, -1, H:] == h_n[\(last - 1)]", step.columns(half).isBitwiseEqual(to: reverse))
        claim("cat(h_n[-2], h_n[-1]) == gather of both halves", final.isBitwiseEqual(to: gather))
        claim("cat(h_n[-2], h_n[-1]) == output[:, -1, :]", final.isBitwiseEqual(to: step))
        let firstTwo = try Merging.sum.merge(
            forward: result.hidden(layer: 0, direction: .forward),
            reverse: result.hidden(layer: 0, direction: .reverse))
        claim("h_n[0] + h_n[1] == h_n[-2] + h_n[-1]", firstTwo.isBitwiseEqual(to: sum))
        let stepSum = try Merging.sum.merge(forward: step.columns(0..<size), reverse: step.columns(half))
        claim(
            "output[:, -1, :H] + output[:, -1, H:] == h_n[-2] + h_n[-1]",
            stepSum.isBitwiseEqual(to: sum))
        let chunk = result.output(of: .reverse)
        let view = result.outputByDirection.reshaped([chunk.count / size * 2, size])
        let viewed = (0..<(chunk.count / size)).flatMap { view.slice(2 * $0 + 1).elements }
        claim(
            "output.view(B, T, 2, H)[:, :, 1] == output.chunk(2, -1)[1]",
            Tensor(shape: chunk.shape, elements: viewed).isBitwiseEqual(to: chunk))
        claim(
            "h_n[1::2][-1] == h_n[-1]", result.hidden(of: .reverse).slice(result.layers - 1).isBitwiseEqual(to: reverse)
        )
        let asWalked = RecurrentOutput.turningReversePass(chunk, lengths: lengths, batchFirst: true)
        claim(
            "output[:, :, H:] in the order of the reverse pass == output[:, :, H:]", asWalked.isBitwiseEqual(to: chunk))
        return identities
    }
}

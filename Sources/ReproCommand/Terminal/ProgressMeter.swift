import Repro

/// Tells on standard error how far a run is: on a terminal in one line that is written over, elsewhere in one line per epoch
/// where that is asked for.
final class ProgressMeter {
    private let messages: Messages
    private let title: String
    private let tellsEpochs: Bool
    /// Seconds since the meter began.
    private let seconds: () -> Double
    /// When training began in this process, and how many steps and sequences have passed since.
    private var begun: Double?
    private var (steps, sequences) = (0, 0)
    private var loss: Float?
    private var position = (step: 0, count: 0)
    private var lastShown = -Double.infinity

    /// The line is written over ten times a second at most.
    private static let pause = 0.1

    /// - Parameter tellsEpochs: whether each epoch has a line where standard error is no terminal.
    init(_ messages: Messages, _ title: String, tellsEpochs: Bool, seconds: @escaping () -> Double) {
        (self.messages, self.title, self.tellsEpochs, self.seconds) = (messages, title, tellsEpochs, seconds)
    }

    func note(_ event: RunProgress) {
        switch event {
        case .stage(let stage):
            // The last stage before the first step ends where training begins.
            if steps == 0, !stage.isStep { begun = seconds() }
        case .trained(let step):
            loss = step.loss.loss
            sequences += step.sequences
        case .step(let step, let count):
            steps += 1
            position = (step, count)
            guard messages.showsProgress, seconds() - lastShown >= ProgressMeter.pause || step == count else { return }
            lastShown = seconds()
            messages.progress(line(title, Double(loss ?? .nan)))
        case .epoch(let epoch, let count, let loss):
            guard tellsEpochs, !messages.showsProgress else { return }
            messages.remark(line("\(title)  epoch \(epoch + 1)/\(count)", loss))
        case .validation: break
        }
    }

    /// The part that fits on any screen comes first: a terminal cuts the line at its right edge.
    private func line(_ title: String, _ loss: Double) -> String {
        let (now, done) = (seconds(), Double(steps))
        let training = max(now - (begun ?? 0), 1e-9)
        var parts = ["\(title)  step \(position.step)/\(position.count)"]
        if !loss.isNaN { parts.append("loss \(decimal(loss, places: 6))") }
        if sequences > 0 { parts.append("\(ProgressMeter.rate(Double(sequences) / training)) sequences/s") }
        parts.append("elapsed \(ProgressMeter.duration(now))")
        let rest = Double(position.count - position.step) * training / done
        parts.append("remaining \(ProgressMeter.duration(rest))")
        return parts.joined(separator: "  ")
    }

    /// A whole number, or with one digit behind the point where it is small.
    static func rate(_ value: Double) -> String {
        value < 100 ? decimal(value, places: 1) : "\(Int(min(value, 1e15).rounded()))"
    }

    /// `m:ss`, or `h:mm:ss`.
    static func duration(_ seconds: Double) -> String {
        let all = Int(max(0, min(seconds, 1e9)).rounded())
        let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}

import ReproProcesses

/// How a run is started: what the variations change, and nothing else of it.
public struct RunSetting: Sendable {
    /// Variables that are set, or removed where the value is nil; the last of a name counts.
    public private(set) var variables: [(name: String, value: String?)] = []
    /// What stands for `{NAME}` in the command.
    public private(set) var words: [(name: String, value: String)] = []
    /// Whether the C library is interposed.
    public var isInterposed = false
    /// The processors that it may run on; nil for those of the audit.
    public var processors: [Int]?
    /// Whether addresses are drawn anew for each process; nil for the system's choice.
    public var hasRandomAddresses: Bool?
    /// The permissions that a new file does not get; nil for those of the audit.
    public var umask: Int?
    /// Whether it runs in a copy of the working directory.
    public var isElsewhere = false
    /// What standard output and error are.
    public var stream = ProgramProcess.Stream.pipe
    /// How many processes of the audit compute beside it.
    public var busyProcesses = 0
    /// Whether the variables are given in the opposite order.
    public var isEnvironmentReversed = false
    /// A command for the shell that goes on with a run which was killed; nil for a run that is not.
    public var resumption: String?

    public init() {}

    /// Sets a variable, or removes it.
    public mutating func set(_ name: String, _ value: String?) { variables.append((name, value)) }

    /// Puts a value in the place of `{NAME}` in the command.
    public mutating func replace(_ name: String, by value: String) { words.append((name, value)) }

    /// A program in this setting, ready to be started.
    func program(
        _ path: String, _ words: [String], _ context: VariationContext, in place: String
    ) -> ProgramProcess {
        var setting = self
        if isInterposed { context.interposed.load(into: &setting, context.variables) }
        if isElsewhere { setting.set("PWD", place) }
        var program = ProgramProcess(
            path, words, variables: setting.environment(context.variables), directory: place)
        program.umask = umask
        program.processors = processors
        program.hasRandomAddresses = hasRandomAddresses
        program.stream = stream
        return program
    }

    /// The variables that a program gets, from those that the audit has.
    func environment(_ own: [String]) -> [String] {
        var environment = own
        for (name, value) in variables {
            let place = environment.firstIndex { $0.hasPrefix(name + "=") }
            switch (place, value) {
            case (let place?, let value?): environment[place] = "\(name)=\(value)"
            case (let place?, nil): environment.remove(at: place)
            case (nil, let value?): environment.append("\(name)=\(value)")
            case (nil, nil): break
            }
        }
        if hasRandomAddresses == false { RunSetting.pad(&environment, own) }
        return isEnvironmentReversed ? environment.reversed() : environment
    }

    /// Brings variables to a number and a size that do not depend on what was set: where addresses are fixed, they would move what lies
    /// in memory.
    private static func pad(_ environment: inout [String], _ own: [String]) {
        let (count, bytes) = (own.count + 48, own.reduce(0) { $0 + $1.utf8.count } + 16_384)
        let missing = count - environment.count
        guard missing > 0 else { return }
        for number in 0..<missing { environment.append("REPRO_AUDIT_PADDING_\(number + 10)=") }
        let rest = bytes - environment.reduce(0) { $0 + $1.utf8.count }
        if rest > 0 { environment[environment.count - 1] += String(repeating: "x", count: rest) }
    }

    /// The words of a command, with what stands for `{NAME}`; the last of a name counts.
    func command(_ command: [String]) -> [String] {
        command.map { word in
            words.reversed().reduce(word) { $0.replacing("{\($1.name)}", with: $1.value) }
        }
    }
}

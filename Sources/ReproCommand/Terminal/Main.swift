import Foundation
import Repro

/// `repro`: arguments in, one command, an exit code out.
@main
enum Main {
    static func main() {
        do {
            try Surroundings.verify()
            try Surroundings.withEnoughStack { execute() }
        } catch {
            end(with: error)
        }
    }

    private static func execute() -> Never {
        let interruption = Interruption()
        do {
            let code = try run(Array(CommandLine.arguments.dropFirst()), interruption)
            interruption.awaitEnd()
            exit(code.rawValue)
        } catch {
            interruption.awaitEnd()
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        Messages.write("repro: \(message(of: error))\n")
        exit(ExitCode(of: error).rawValue)
    }

    private static func run(_ words: [String], _ interruption: Interruption) throws -> ExitCode {
        guard let first = words.first else {
            for line in Help.overview { Messages.write("\(line)\n") }
            return .usage
        }
        switch first {
        case "--help", "-h", "--version":
            guard words.count == 1 else { throw usage("\(first) takes nothing else, and '\(words[1])' follows") }
            guard first != "--version" else {
                try Output.write(["repro \(ReproVersion.release) (numerical contract \(ReproVersion.contract))"])
                return .success
            }
            try Output.write(Help.overview)
            return .success
        case "help":
            guard words.count < 3 else { throw usage("one command at a time: repro help \(words[1])") }
            guard words.count > 1 else {
                try Output.write(Help.overview)
                return .success
            }
            try Output.write(Help.text(try command(words[1]).specification))
            return .success
        case CaseProcess.word: return try CaseProcess.run()
        case Probe.word: return try ProbeProcess.run(Array(words.dropFirst()))
        default: break
        }
        let command = try command(first)
        let arguments = try Arguments(Array(words.dropFirst()), command.specification)
        if arguments.has("help") {
            try Output.write(Help.text(command.specification))
            return .success
        }
        MemoryRefusal.endWithAMessage()
        return try command.run(try Context(arguments, interruption))
    }

    private static func command(_ name: String) throws -> any Command.Type {
        if let command = commands.first(where: { $0.specification.name == name }) { return command }
        let names = commands.map { $0.specification.name } + ["help"]
        let nearest = NearestName.of(name, among: names).map { "did you mean '\($0)'?" } ?? "see `repro --help`"
        throw usage("unknown command '\(name)'; \(nearest)")
    }
}

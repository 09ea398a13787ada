import Foundation
import Repro
import ReproTestSupport
import Testing

/// What surrounds a process changes no digest: it is the same, or the command says why not and ends with an exit code. The table of
/// them stands in the documentation, and has a row for each of these.
@Suite(.enabled(if: Built.exists, Built.absence)) struct HostileSurroundingsTests {
    /// One row: what is done to the process, and how it ends.
    struct Surroundings: Sendable, CustomTestStringConvertible {
        let name: String
        /// A script in bash in which the function `RUN` trains the experiment into the folder `out`.
        let script: String
        let code: Int32
        /// What the message says; nil where the digest is to be the same.
        var says: String?
        /// What the machine has to have.
        var needs: Need?

        var testDescription: String { name }
    }

    enum Need: Sendable { case compiler, locale, mounts, otherUser }

    private static let experiment = "sigmoid-classifier --seed 42 --quiet --force"
    private static let before = "LD_PRELOAD=$PWD/hostile.so BEFORE="
    private static func later(_ how: String, _ call: Int) -> String {
        "LD_PRELOAD=$PWD/hostile.so LATER=\(how) CALL=\(call) RUN"
    }
    /// An experiment whose parameters take gigabytes, and which leaves no folder.
    private static let large =
        "sed 's/\"hidden\": 67/\"hidden\": 2000/' \(Built.package)/Tests/Gates/shapes/lstm-67.json > large.json; "
        + "repro run --config large.json --seed 1 --quiet --output out; code=$?; [ ! -e out ] && exit $code"
    private static let mount = "unshare --mount bash -c"

    static let all: [Surroundings] = [
        .init(
            name: "subnormals flushed to zero before the start", script: "\(before)flush RUN", code: 69,
            says: "flushed", needs: .compiler),
        .init(
            name: "rounding upwards before the start", script: "\(before)up RUN", code: 69,
            says: "rounding is not to nearest", needs: .compiler),
        .init(
            name: "rounding towards zero before the start", script: "\(before)zero RUN", code: 69, says: "rounding",
            needs: .compiler),
        .init(
            name: "floating-point exceptions that stop the program", script: "\(before)traps RUN", code: 69,
            says: "exceptions stop", needs: .compiler),
        .init(
            name: "subnormals flushed to zero in the middle of a run", script: later("flush", 20000), code: 69,
            says: "flushed", needs: .compiler),
        .init(
            name: "rounding changed in the middle of a run", script: later("up", 20000), code: 69, says: "rounding",
            needs: .compiler),
        .init(
            name: "`repro check` with subnormals flushed to zero",
            script: "\(before)flush repro check outputs --goldens \(Built.package)/Goldens >&2", code: 2,
            says: "flushed", needs: .compiler),
        .init(
            name: "a locale with a decimal comma",
            script: "LOCPATH=$PWD LC_ALL=de_DE.UTF-8 LOCALE=de_DE.UTF-8 LD_PRELOAD=$PWD/hostile.so RUN", code: 0,
            needs: .locale),
        .init(name: "a stack of 64 KiB", script: "ulimit -s 64; RUN", code: 0),
        .init(name: "a stack of 64 KiB and 64 threads", script: "ulimit -s 64; RUN --threads 64", code: 0),
        .init(name: "1 thread", script: "RUN --threads 1", code: 0),
        .init(name: "64 threads on fewer processors", script: "RUN --threads 64", code: 0),
        .init(
            name: "threads that the system refuses", script: "ulimit -v 1000000; RUN --threads 1024", code: 69,
            says: "threads cannot be created"),
        .init(
            name: "a limit of 3 processes, as another user",
            script: "setpriv --reuid 65534 --regid 65534 --clear-groups bash -c 'ulimit -u 3; RUN --threads 8'",
            code: 69,
            says: "threads cannot be created", needs: .otherUser),
        .init(
            name: "next to no memory at the start", script: "ulimit -d 24000; RUN", code: 69, says: "of memory is left"),
        .init(
            name: "memory that runs out in the middle of a run", script: "ulimit -d 400000; \(large)", code: 69,
            says: "memory ran out"),
        .init(name: "a limit of 5 open files", script: "ulimit -n 5; RUN", code: 69, says: "files more may be open"),
        .init(name: "a limit of 16 open files", script: "ulimit -n 16; RUN", code: 0),
        .init(name: "a limit of 1 KiB per file", script: "ulimit -f 1; RUN", code: 74, says: "File too large"),
        .init(name: "standard input closed", script: "RUN <&-", code: 0),
        .init(name: "standard output closed", script: "RUN >&-", code: 74, says: "standard output"),
        .init(name: "standard error closed", script: "RUN 2>&-", code: 0),
        .init(
            name: "an empty environment", script: "env -i $(command -v repro) run \(experiment) --output out", code: 0),
        .init(name: "a home folder where nothing can be written", script: "HOME=/proc RUN", code: 0),
        .init(
            name: "a folder for the results where nothing can be written", script: "OUTPUT=/proc/out RUN", code: 73,
            says: "/proc/out"),
        .init(name: "a folder for temporary files where nothing can be written", script: "TMPDIR=/proc RUN", code: 0),
        .init(
            name: "no `/proc`", script: "\(mount) 'mount -t tmpfs none /proc; RUN'", code: 69, says: "mount /proc",
            needs: .mounts),
    ]

    private static func succeeds(_ script: String, in place: Workplace) -> Bool {
        (try? place.bash(script).code == 0) == true
    }

    /// Makes what a row needs in the place; false where the machine lacks it.
    private static func provide(_ need: Need, in place: Workplace) throws -> Bool {
        switch need {
        case .compiler, .locale:
            try place.write("hostile.c", hostileLibrary)
            guard succeeds("cc -shared -fPIC -O1 -w -o hostile.so hostile.c -ldl -lm", in: place) else { return false }
            return need == .compiler || succeeds("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8", in: place)
        case .mounts: return succeeds("\(mount) 'mount -t tmpfs none /mnt'", in: place)
        case .otherUser:
            return succeeds(
                "chmod 777 . && setpriv --reuid 65534 --regid 65534 --clear-groups repro --version", in: place)
        }
    }

    @Test(arguments: all)
    func theDigestIsTheSameOrTheCommandSaysWhyNot(_ row: Surroundings) throws {
        try withWorkplace { place in
            if Sanitizer.excludes(script: row.script) { return }
            if let need = row.needs, try !Self.provide(need, in: place) { return }
            let run = "RUN() { repro run \(Self.experiment) --output ${OUTPUT:-out} \"$@\"; }; export -f RUN"
            let script = "export SWIFT_BACKTRACE=enable=no; \(run); \(row.script)"
            let ending = try place.bash(script)
            if let says = row.says {
                #expect(
                    !ending.isSignal && ending.code == row.code && ending.err.contains(says), "\(row.name): \(ending)")
            } else {
                expectSuccess(ending)
                let golden = try Golden.digest(of: "sigmoid-classifier")
                #expect(ending.out.contains(golden), "\(row.name): \(ending)")
            }
        }
    }

    @Test func theDocumentationHasARowForEach() throws {
        let text = try String(
            contentsOfFile: Built.package + "/" + Documents.catalogue + "Using/ContinuousIntegration.md",
            encoding: .utf8)
        let lines = text.components(separatedBy: "| surroundings |").last?.split(separator: "\n").dropFirst(2).prefix {
            $0.hasPrefix("|")
        }
        let rows = (lines ?? []).map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.map { $0.first ?? "" } == Self.all.map(\.name))
        #expect(rows.map { $0.last ?? "" } == Self.all.map { String($0.code) })
    }
}

private enum Golden {
    /// The root of a golden that is committed.
    static func digest(of name: String) throws -> String {
        let golden = try JSONValue.parse(
            Array(Data(contentsOf: URL(fileURLWithPath: Built.package + "/Goldens/\(name).json"))), path: name)
        return try #require(golden["root"]?.string)
    }
}

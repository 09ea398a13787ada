import Foundation
import Repro
import ReproTestSupport
import Testing

/// What goes wrong in the world while a long run goes on: each time an error that says so, and the last good checkpoint intact.
@Suite(.enabled(if: Built.exists, Built.absence)) struct WorldFaultTests {
    private func digest(_ ending: Ending) throws -> String? {
        expectSuccess(ending)
        return try ending.json()["digest"]?.string
    }

    private func resume(_ place: Workplace, _ folder: String = "out") throws -> Ending {
        try place.repro("resume", folder, "--format", "json", "--quiet")
    }

    /// The digest of the run that nothing stops.
    private func whole(_ place: Workplace) throws -> String? {
        try digest(try place.run(try LongRun.words("whole", "--format", "json")))
    }

    /// A limit of sizes stands for a disk that is full: the files of states grow with every step.
    @Test func aWriteThatFailsEndsTheRunAndLeavesTheCheckpointBefore() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            let whole = try place.run(
                try LongRun.words("whole", "--format", "json", "--checkpoint-every", "3", "--keep-checkpoints", "all"))
            let sizes = try ["03", "12"].map { try place.bytes("whole/checkpoints/step-0000\($0).safetensors").count }
            let command = try LongRun.words("out", "--checkpoint-every", "1").joined(separator: " ")
            expectRefusal(
                try place.bash("ulimit -f \((sizes[0] + sizes[1]) / 2 / 1024); \(command)"), 74,
                naming: "out/checkpoints/step-0", "writing failed", "unchanged")
            #expect(!place.exists("out/run.json"))
            let names = try place.contents("out/checkpoints").keys
            #expect(names.contains { $0.hasPrefix("step-") } && names.allSatisfy { !$0.contains(".tmp") })
            #expect(try digest(try resume(place)) == digest(whole))
        }
    }

    @Test(.enabled(if: Disk.canMount, "needs root and mount: a small file system of its own"))
    func aFullDiskEndsTheRunAndLeavesTheCheckpointBefore() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            let expected = try whole(place)
            try FileManager.default.createDirectory(atPath: place("disk"), withIntermediateDirectories: false)
            try #require(try place.bash("mount -t tmpfs -o size=256k tmpfs disk").code == 0)
            defer { _ = try? place.bash("umount disk") }
            let words = try LongRun.words("disk/out", "--checkpoint-every", "1", "--keep-checkpoints", "all")
            expectRefusal(try place.run(words), 74, naming: "disk/out/checkpoints/", "No space left", "free some space")
            #expect(!place.exists("disk/out/run.json"))
            try #require(try place.bash("mount -o remount,size=64m disk").code == 0)
            #expect(try digest(try resume(place, "disk/out")) == expected)
            expectSuccess(try place.repro("verify", "disk/out", "--all"))
        }
    }

    @Test func aRemovedDirectoryEndsTheRunWithAnError() throws {
        try withWorkplace { place in
            try LongRun.prepare(place, epochs: 4000)
            let ending = try place.run(try LongRun.words("out", "--checkpoint-every", "1")) { _, _ in
                place.await("out/checkpoints/step-000002.safetensors")
                _ = rename(place("out"), place("moved"))
            }
            expectRefusal(ending, 74, naming: "out/checkpoints", "removed")
            // Where the directory was moved, the last good checkpoint is there too.
            try LongRun.prepare(place)
            #expect(try place.contents("moved/checkpoints").keys.contains { $0.hasPrefix("step-") })
        }
    }

    /// A checkpoint that becomes shorter after it was opened.
    @Test func aFileThatIsTruncatedWhileItIsReadIsSaidToBe() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectSuccess(try place.run(try LongRun.words("out", "--checkpoint-every", "100")))
            let path = place("out/checkpoints/step-000000.safetensors")
            let file = try SafetensorsFile(path: path)
            #expect(truncate(path, off_t(try place.bytes("out/checkpoints/step-000000.safetensors").count - 1)) == 0)
            let last = try #require(file.entries.last)
            let error = #expect(throws: FormatError.self) { try file.read(last) }
            #expect(error?.category == .inputOutput && error?.problem.contains("shorter") == true)
        }
    }

    /// Something writes to the training data without a pause.
    @Test func dataThatChangesWhileItIsReadIsRefused() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            try place.write("train.tsv", String(repeating: LongRun.train, count: 4_000))
            let ending = try place.bash(
                """
                (while [ ! -e stop ]; do printf 'odd\\tw1\\n' >> train.tsv || exit; done) & writer=$!
                \(try LongRun.words("out").joined(separator: " ")); code=$?
                touch stop; wait $writer; exit $code
                """)
            expectRefusal(ending, 74, naming: "train.tsv", "changed while the run read it")
            #expect(!place.exists("out"))
        }
    }

    /// The time of day goes back by a day at every look; a schedule is by a clock that nobody sets.
    @Test(
        .enabled(if: Disk.canCompile, "needs a C compiler, for a clock that goes back"),
        .disabled(if: Sanitizer.isActive, "no library comes before a sanitizer's"))
    func aClockThatIsSetBackChangesNothing() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            let expected = try whole(place)
            try place.write(
                "clock.c",
                """
                #define _GNU_SOURCE
                #include <time.h>
                #include <sys/time.h>
                #include <sys/syscall.h>
                #include <unistd.h>
                static long day = 20000;
                int clock_gettime(clockid_t clock, struct timespec *time) {
                    long status = syscall(SYS_clock_gettime, clock, time);
                    if (clock == CLOCK_REALTIME) time->tv_sec = 86400 * day--;
                    return (int)status;
                }
                time_t time(time_t *found) { time_t now = 86400 * day--; if (found) *found = now; return now; }
                int gettimeofday(struct timeval *time, void *zone) { time->tv_sec = 86400 * day--; time->tv_usec = 0; return 0; }

                """)
            try #require(try place.bash("cc -shared -fPIC -o clock.so clock.c").code == 0)
            let clock = ["LD_PRELOAD": place("clock.so")]
            let run = try place.run(
                try LongRun.words("out", "--checkpoint-every", "1", "--format", "json"), environment: clock)
            #expect(try digest(run) == expected)
            try FileManager.default.removeItem(atPath: place("out/run.json"))
            let command = try #require(Built.path)
            let ending = try place.run([command, "resume", "out", "--format", "json", "--quiet"], environment: clock)
            #expect(try digest(ending) == expected)
        }
    }

    @Test func oneProcessAtATimeIsAtARun() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectSuccess(try place.run(try LongRun.words("out", "--checkpoint-every", "2")))
            try FileManager.default.removeItem(atPath: place("out/run.json"))
            let lock = try FolderLock(place("out/checkpoints"), holder: "is a test")
            expectRefusal(try resume(place), 74, naming: "out/checkpoints", "another process")
            expectRefusal(try place.run(try LongRun.words("out", "--force")), 74, naming: "another process")
            withExtendedLifetime(lock) {}
        }
    }

    /// The second says so and leaves; the first comes to the digest all the same.
    @Test func ofTwoResumesAtOnceOneGoesOn() throws {
        try withWorkplace { place in
            try LongRun.prepare(place, epochs: 20)
            let expected = try whole(place)
            let stopped = try place.run(try LongRun.words("out", "--checkpoint-every", "1")) { process, _ in
                place.await("out/checkpoints/step-000003.safetensors")
                kill(process.processIdentifier, SIGKILL)
            }
            #expect(stopped.isSignal)
            let command = try #require(Built.path)
            let first = try place.run([command, "resume", "out", "--format", "json", "--quiet"]) { process, _ in
                kill(process.processIdentifier, SIGSTOP)
                defer { kill(process.processIdentifier, SIGCONT) }
                // Stopped before it took the lock, it would be the second: the file of the lock tells.
                while process.isRunning, try resumesBeside(place) {
                    kill(process.processIdentifier, SIGCONT)
                    usleep(20_000)
                    kill(process.processIdentifier, SIGSTOP)
                }
                expectRefusal(try resume(place), 74, naming: "another process")
            }
            #expect(try digest(first) == expected)
        }
    }

    /// Whether nobody is at the run, so that another resume would begin.
    private func resumesBeside(_ place: Workplace) throws -> Bool {
        (try? FolderLock(place("out/checkpoints"), holder: "is a test")) != nil
    }
}

/// What a test of file systems and clocks needs of the machine.
enum Disk {
    static let canCompile = succeeds("command -v cc")
    static let canMount = succeeds(
        "[ \"$(id -u)\" = 0 ] && d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d")

    private static func succeeds(_ script: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "(\(script)) >/dev/null 2>&1"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

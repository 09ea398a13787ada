"""The builds of `make evidence`: each is made once, below .build/evidence, and shared by the rows that run it.

A build knows where its binary is, how a process of it is started (`launcher`, words before those of the command), and what compiled
it against which C library. What this machine lacks raises Absent, with the reason.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".build" / "evidence"
DEBIAN = ["sh", str(ROOT / "Tests/Evidence/debian.sh")]
#: What a root folder of Debian 13 needs for building, and what one of another architecture needs for being built for.
TOOLS = ["dash", "bash", "coreutils", "swiftlang", "libc6-dev", "libstdc++-14-dev", "gcc"]
TARGET = ["dash", "coreutils", "swiftlang", "libc6-dev", "libstdc++-14-dev"]
C_SOURCES = ROOT / "Sources/CReproKernels"
ARM = "aarch64-unknown-linux-gnu"


class Absent(Exception):
    """What a build or a row needs, and is not here; the text says what, and how it can be had."""


class Failed(Exception):
    """A build that should work did not; the text says where its log is."""


@dataclasses.dataclass
class Build:
    name: str
    #: The path of the command.
    binary: pathlib.Path
    #: Words before the command's.
    launcher: list
    #: As in the table.
    compiler: str
    library: str


def said(words, pattern, **options):
    """What a program says of itself, by a pattern with one group; Absent where there is none."""
    try:
        result = subprocess.run(words, capture_output=True, text=True, **options)
    except OSError as error:
        raise Absent(f"{words[0]}: {error.strerror}") from None
    found = re.search(pattern, result.stdout + result.stderr)
    if result.returncode or not found:
        last = (result.stderr.strip().splitlines() or [f"exit code {result.returncode}"])[-1]
        raise Absent(f"{' '.join(words[:3])}: {last}")
    return found[1]


def carry_out(name, words, log_mode="w", **options):
    """Runs a step of a build, with what it prints in a file."""
    log = WORK / "logs" / f"{name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, log_mode, encoding="utf-8") as output:
        code = subprocess.run(words, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, **options).returncode
    if code:
        print("".join(open(log, encoding="utf-8", errors="replace").readlines()[-15:]))
        raise Failed(f"{name}: exit code {code}; all that was printed is in {log.relative_to(ROOT)}")


def glibc(prefix=(), loader="/lib64/ld-linux-x86-64.so.2"):
    """The C library, by its own loader."""
    if not prefix and machine() != "x86_64":
        loader = f"/lib/ld-linux-{machine()}.so.1"
    return "glibc " + said([*prefix, loader, "--version"], r"version ([0-9]+\.[0-9]+)")


def swift():
    return os.environ.get("SWIFT", "swift")


def here(configuration, folder, *flags):
    """A build by this machine's Swift. SwiftPM's `debug` and `release` share the folders of `make build` and `make determinism`."""

    def build():
        version = said([swift(), "--version"], r"Swift version ([0-9.]+)")
        beside = pathlib.Path(shutil.which(swift()) or "/").resolve().parent
        clang = said([shutil.which("clang", path=beside) or "clang", "--version"], r"clang version ([0-9]+)")
        name = f"here-{folder or configuration}"
        scratch = WORK / folder if folder else ROOT / ".build"
        carry_out(name, [swift(), "build", "-c", configuration, "--product", "repro", "--scratch-path", str(scratch), *flags])
        kind = "-Osize, -Os" if flags else {"debug": "-Onone, -O0", "release": "-O, -O2"}[configuration]
        return Build(name, scratch / configuration / "repro", [], f"Swift {version}, its clang {clang}, {kind}", glibc())

    return build


def relinked(name, base, compiler, title, folder=None, flags=()):
    """A build whose C was compiled anew by another compiler, and linked with the Swift objects of `base`.

    SwiftPM compiles C by clang, with options that gcc has no word for; here C is compiled by hand, file by file, with
    nothing but -O2, and takes the place of clang's objects in SwiftPM's own list of what it links.
    """

    def build():
        old = made(base)
        prefix = [*DEBIAN, "enter", str(folder)] if folder else []
        version = said([*prefix, compiler, "--version"], r"(\d+\.\d+\.\d+)")
        if title == "gcc" and "clang" in said([*prefix, compiler, "--version"], r"(?s)(.*)"):
            raise Absent(f"{compiler} is clang under another name")
        objects = WORK / name / "objects"
        shutil.rmtree(objects.parent, ignore_errors=True)
        objects.mkdir(parents=True)
        listing = (old.binary.parent / "repro.product/Objects.LinkFileList").read_text(encoding="utf-8").split("\n")
        kept = [line for line in listing if line and "/CReproKernels.build/" not in line]
        if len(kept) == len([line for line in listing if line]):
            raise Failed(f"{name}: no object of CReproKernels among those that SwiftPM links")
        steps, new = [], []
        for source in sorted(C_SOURCES.glob("src/*/*.c")):
            target = objects / f"{source.parent.name}-{source.stem}.o"
            steps.append(f"{compiler} -O2 -fPIC -DSWIFT_PACKAGE=1 {' '.join(flags)} -I{C_SOURCES}/include -c {source} -o {target}")
            new.append(str(target))
        (objects.parent / "list").write_text("\n".join(kept + new) + "\n", encoding="utf-8")
        binary = objects.parent / "repro"
        steps.append(f"{'swiftc' if folder else swift() + 'c'} -emit-executable -O -use-ld=lld @{objects.parent}/list -o {binary} "
                     "-Xlinker --defsym=main=ReproCommand_main")
        carry_out(name, [*prefix, "sh", "-ec", "\n".join(["set -x", *steps])])
        swift_part = old.compiler.split(",")[0]
        return Build(name, binary, old.launcher, f"{swift_part}, {title} {version}, -O, -O2", old.library)

    return build


def debian(architecture):
    """The root folder of Debian 13 for an architecture; made where it is not there."""
    folder = WORK / f"debian-13-{architecture}"
    WORK.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(
        [*DEBIAN, "make", architecture, str(folder), *(TOOLS if architecture == "amd64" else TARGET)], capture_output=True, text=True
    )
    if result.returncode:
        raise Absent(f"Debian 13 for {architecture}: {(result.stderr.strip().splitlines() or ['?'])[-1]}")
    return folder


def machine():
    return os.uname().machine


def trixie():
    """Swift 6.0.3 of Debian 13 for this processor, in a folder that holds Debian 13."""
    if machine() != "x86_64":
        raise Absent("Swift 6.0.3 of Debian 13 is prepared for x86-64 alone")
    folder = debian("amd64")
    enter = [*DEBIAN, "enter", str(folder)]
    version = said([*enter, "swift", "--version"], r"Swift version ([0-9.]+)")
    clang = said([*enter, "clang", "--version"], r"clang version ([0-9]+)")
    scratch = WORK / "swift-6.0"
    carry_out("swift-6.0", [*enter, "swift", "build", "-c", "release", "--product", "repro", "--scratch-path", str(scratch)])
    return Build("swift-6.0", scratch / "release/repro", enter, f"Swift {version}, its clang {clang}, -O, -O2", glibc(enter))


SDK = """{"schemaVersion": "4.0", "targetTriples": {"%s": {"sdkRootPath": "%s", "toolsetPaths": ["toolset.json"],
 "swiftResourcesPath": "%s/usr/libexec/swift/lib/swift", "swiftStaticResourcesPath": "%s/usr/libexec/swift/lib/swift_static"}}}
"""


def trixie_arm():
    """The same compiler compiles for 64-bit ARM, against the libraries of Debian 13's swiftlang for that architecture."""
    if machine() != "x86_64":
        raise Absent("the compiler for another architecture is prepared on x86-64 alone")
    emulator = qemu("aarch64")
    compiler, target = debian("amd64"), debian("arm64")
    bundle = WORK / "sdks/debian-13-arm64.artifactbundle"
    (bundle / "sdk").mkdir(parents=True, exist_ok=True)
    variants = '{"type": "swiftSDK", "version": "1", "variants": [{"path": "sdk"}]}'
    (bundle / "info.json").write_text('{"schemaVersion": "1.0", "artifacts": {"debian-13-arm64": %s}}\n' % variants, encoding="utf-8")
    (bundle / "sdk/swift-sdk.json").write_text(SDK % (ARM, target, target, target), encoding="utf-8")
    options = '{"schemaVersion": "1.0", "swiftCompiler": {"extraCLIOptions": ["-use-ld=lld"]}}\n'
    (bundle / "sdk/toolset.json").write_text(options, encoding="utf-8")
    enter = [*DEBIAN, "enter", str(compiler)]
    version = said([*enter, "swift", "--version"], r"Swift version ([0-9.]+)")
    clang = said([*enter, "clang", "--version"], r"clang version ([0-9]+)")
    scratch = WORK / "swift-6.0-arm64"
    words = [*enter, "swift", "build", "-c", "release", "--product", "repro", "--scratch-path", str(scratch)]
    carry_out("swift-6.0-arm64", [*words, "--swift-sdks-path", str(bundle.parent), "--swift-sdk", "debian-13-arm64"])
    binary = scratch / ARM / "release/repro"
    launcher = [*emulator, "-L", str(target)]
    library = glibc(launcher, f"{target}/lib/ld-linux-aarch64.so.1")
    return Build("swift-6.0-arm64", binary, launcher, f"Swift {version} from x86-64, its clang {clang}, -O, -O2", library)


def qemu(architecture, *options):
    """The emulator of a processor, for programs of this system."""
    name = f"qemu-{architecture}-static"
    if not shutil.which(name):
        name = f"qemu-{architecture}"
    said([name, "--version"], r"version (\S+)")
    return [shutil.which(name), *options]


_made = {}


def made(name):
    """A build, made on the first call of this process; SwiftPM compiles what changed and nothing else."""
    if name not in _made:
        try:
            _made[name] = BUILDS[name]()
        except (Absent, Failed) as error:
            _made[name] = error
    if isinstance(_made[name], Exception):
        raise _made[name]
    return _made[name]


BUILDS = {
    "release": here("release", None),
    "debug": here("debug", None),
    "size": here("release", "size", "-Xswiftc", "-Osize", "-Xcc", "-Os"),
    "gcc": relinked("gcc", "release", "gcc", "gcc"),
    "swift-6.0": trixie,
    "swift-6.0-gcc": relinked("swift-6.0-gcc", "swift-6.0", "gcc", "gcc", WORK / "debian-13-amd64"),
    "swift-6.0-arm64": trixie_arm,
    # Not a row: products and sums are contracted, which the canary has to find.
    "planted": relinked("planted", "release", "clang", "clang", flags=["-DREPRO_FAULT_CONTRACTION"]),
}

import ReproFormats

/// The hook for Python programs, which the command carries and writes where a program is to be traced.
public enum HookFiles {
    /// Each file below its folder, with its contents.
    private static let files: [(path: String, contents: [UInt8])] = [
        ("sitecustomize.py", PackageResources.sitecustomize_py),
        ("_repro_hook/arrays.py", PackageResources.arrays_py),
        ("_repro_hook/digests.py", PackageResources.digests_py),
        ("_repro_hook/events.py", PackageResources.events_py),
        ("_repro_hook/generators.py", PackageResources.generators_py),
        ("_repro_hook/imports.py", PackageResources.imports_py),
        ("_repro_hook/inventory.py", PackageResources.inventory_py),
        ("_repro_hook/operations.py", PackageResources.operations_py),
        ("_repro_hook/places.py", PackageResources.places_py),
        ("_repro_hook/remedies.py", PackageResources.remedies_py),
        ("_repro_hook/session.py", PackageResources.session_py),
        ("_repro_hook/start.py", PackageResources.start_py),
        ("_repro_hook/steps.py", PackageResources.steps_py),
        ("_repro_replay/recurrent.py", PackageResources.recurrent_py),
        ("_repro_replay/replay.py", PackageResources.replay_py),
    ]

    /// The script that runs a kept operation again, below the folder.
    static let replay = "_repro_replay/replay.py"

    /// Writes the hook into a new folder, for PYTHONPATH. Python adds its byte code there, and nothing else is ever written to it.
    ///
    /// - Throws: `FormatError`, where the folder cannot be made or written to.
    public static func write(to folder: String) throws(FormatError) {
        let operations = FileOperations()
        for name in ["_repro_hook", "_repro_replay"] { try operations.makeFolders(folder + "/" + name) }
        for file in files { try AtomicFile.write(file.contents, to: folder + "/" + file.path) }
    }
}

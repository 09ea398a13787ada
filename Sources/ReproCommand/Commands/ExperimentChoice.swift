import Repro

/// Which experiment a command is about, from its operands and options.
extension Context {
    /// The experiment of the operand, which ships or has a golden, or of `--config`; the default one where neither is given;
    /// with the values of `--set`. Its seed, and the folder that its paths are relative to.
    func chooseExperiment() throws -> (experiment: Experiment, seed: UInt64, base: String) {
        let (experiment, seed, base) = try namedExperiment()
        return (try experiment.setting(try arguments.settings(), path: "--set"), seed, base)
    }

    private func namedExperiment() throws -> (experiment: Experiment, seed: UInt64, base: String) {
        guard arguments.operands.count <= 1 else { throw usage("one experiment at a time") }
        if let path = arguments.value("config") {
            guard arguments.operands.isEmpty else {
                throw usage("name an experiment or --config FILE, not both")
            }
            if ["run", "matrix"].contains(arguments.specification.name) && arguments.has("goldens") {
                throw usage("--goldens says nothing beside --config FILE, which is the whole experiment")
            }
            let (experiment, configured, base) = try Context.configuration(path)
            guard let seed = try arguments.seed() ?? configured else { throw missingSeed }
            return (experiment, seed, base)
        }
        let name = arguments.operands.first ?? "roman"
        if let experiment = Experiment.shipped(named: name) {
            guard let seed = try arguments.seed() else { throw missingSeed }
            return (experiment, seed, ".")
        }
        let folder = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        guard let known = folder.origin(of: name), let json = known.experiment else {
            // A golden that is there and cannot be read says why.
            if try folder.fileNames().contains(name) { _ = try folder.golden(named: name) }
            return (try shippedExperiment(name, orGoldenIn: folder), 0, ".")
        }
        return (try folder.experiment(json, named: name), try arguments.seed() ?? known.seed, folder.path)
    }

    /// There is no default seed; the command line is repeated with one.
    private var missingSeed: CommandLineError {
        let options = ["config", "builds"].flatMap { name in arguments.value(name).map { ["--" + name, $0] } ?? [] }
        let words = ["repro", arguments.specification.name] + arguments.operands + options + ["--seed", "42"]
        return usage("a seed is needed, and there is no default one: \(words.joined(separator: " "))")
    }

    /// The experiments that an operand or a configuration can name.
    func shippedExperiment(_ name: String, orGoldenIn folder: GoldenFolder? = nil) throws -> Experiment {
        if let experiment = Experiment.shipped(named: name) { return experiment }
        let names = try Experiment.shipped.map(\.name) + (folder?.claimedNames().map(\.text) ?? [])
        let nearest = NearestName.of(name, among: names).map { "did you mean '\($0)'?" } ?? "`repro list` shows them"
        throw usage("no experiment is called '\(name)'; \(nearest)")
    }

    /// Reads `--config`: the experiment, its seed where it has one, and the folder that its paths are relative to.
    static func configuration(_ path: String) throws -> (experiment: Experiment, seed: UInt64?, base: String) {
        let (experiment, seed) = try Experiment.read(path: path)
        return (experiment, seed, Paths.folder(of: path))
    }
}

extension Arguments {
    /// The values of `--set`.
    func settings() throws -> [OptionSetting] {
        try allValues("set").map { text in
            guard let setting = OptionSetting(text) else {
                throw usage("--set is '\(text)'; it has to be KEY=VALUE, for example training.epochs=3")
            }
            return setting
        }
    }

    /// The fault of `--perturb`.
    func perturbation() throws -> Perturbation? {
        guard let text = value("perturb") else { return nil }
        guard let fault = Perturbation(text) else {
            throw usage(
                "--perturb is '\(text)'; it has to be STAGE/TENSOR[:ELEMENT[:BIT]] with a BIT of 0 … 31 or ulp, for example 'step 000001/grad.linear.weight:0:0'"
            )
        }
        return fault
    }
}

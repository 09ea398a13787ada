import Repro
import ReproTestSupport
import Testing

@Suite struct ExportTests {
    /// `torch_interchange.py --load` reads such files with strict=True.
    @Test func anExportHoldsTheParametersUnderPyTorchsNames() throws {
        try withTemporaryDirectory { directory in
            var experiment = try #require(Experiment.shipped(named: "classifier"))
            experiment.training?.epochs = 1
            let result = try experiment.run(seed: 3, engine: try engine())
            let path = directory + "/w.safetensors"
            try result.export(to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.entries.count == result.parameters.count)
            for parameter in result.parameters {
                #expect(try file.value(named: parameter.name).isBitwiseEqual(to: .float(parameter.value)))
            }
            #expect(file.entry(named: "lstm.weight_hh_l0_reverse") != nil && file.entry(named: "linear.bias") != nil)
            let module = try RecurrentImport(file).module()
            #expect(module.configuration.hiddenSize == experiment.model.hidden && module.configuration.bidirectional)
        }
    }

    @Test func aFileIsReplacedOnlyWhereThatIsAsked() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/out.safetensors"
            try Paths.verifyPlace(path, replacing: false)
            try AtomicFile.write([1], to: path)
            let error = try thrown(FormatError.self, "exists") { try Paths.verifyPlace(path, replacing: false) }
            #expect(error.category == .cannotCreate && error.remedy.contains("--force"))
            try Paths.verifyPlace(path, replacing: true)
            #expect(
                try thrown(FormatError.self, "directory") { try Paths.verifyPlace(directory, replacing: true) }.category
                    == .cannotCreate)
            try Paths.verifyPlace("/dev/null", replacing: false)
            #expect(
                try thrown(FormatError.self, "no folder") {
                    try Paths.verifyPlace(directory + "/none/x", replacing: true)
                }.category == .cannotCreate)
            try Paths.verifyPlace(directory + "/none/x", replacing: false, in: directory + "/none")
        }
    }
}

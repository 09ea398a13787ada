/// `import Repro` gives every module of the package but the command.
@_exported import ReproAudit
@_exported import ReproFormats
@_exported import ReproHarness
@_exported import ReproInterchange
@_exported import ReproNN
@_exported import ReproNumerics
@_exported import ReproProcesses
@_exported import ReproRandom
@_exported import ReproReport
@_exported import ReproTrace
@_exported import ReproTraining
@_exported import ReproVerification

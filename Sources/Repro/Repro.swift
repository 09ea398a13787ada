@_exported import ReproFormats
@_exported import ReproNN
@_exported import ReproNumerics
@_exported import ReproRandom
@_exported import ReproTrace
@_exported import ReproTraining
@_exported import ReproVerification

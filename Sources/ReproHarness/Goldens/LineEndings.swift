// Finds the files whose bytes are hashed and whose line endings a checkout could turn.

import ReproFormats
import ReproVerification

extension GoldenFolder {
    /// The files of goldens, and their texts of data, of which git's attributes do not say that their line endings stay: each
    /// with the line that a `.gitattributes` beside it lacks. None where git does not know the place.
    public func filesThatGitMayTurn(of goldens: [Golden]) -> [(path: String, line: String)] {
        let texts = goldens.flatMap(\.data).map(\.path).filter { path in
            ![".npy", ".safetensors"].contains { path.hasSuffix($0) }
        }
        var files: [(path: String, line: String)] = []
        for file in [GoldenFolder.indexName] + goldens.map({ "\($0.name).json" }) + texts {
            let place = Paths.resolve(file, against: path)
            let name = file.split(separator: "/").last.map(String.init) ?? file
            guard !files.contains(where: { $0.path == place }),
                let answer = GoldenBaseline.git(["check-attr", "-z", "text", "--", file], in: path), answer.status == 0,
                !answer.output.hasSuffix("\0text\0unset\0")
            else { continue }
            files.append((place, texts.contains(file) ? "\(name) -text" : "*.json -text"))
        }
        return files
    }
}

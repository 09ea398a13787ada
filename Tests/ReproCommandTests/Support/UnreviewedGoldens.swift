import Testing

/// Two goldens, `calm` and `mood`, whose configs ask for other things than were blessed, and what a check left of that.
func withUnreviewedGoldens(_ body: (Workplace) throws -> Void) throws {
    try withWorkplace { place in
        try place.blessMood("m")
        try place.write("m/calm.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"calm\"")))
        expectSuccess(
            try place.repro(
                "bless", "--config", "m/calm.json", "--seed", "8", "--goldens", "m/Goldens", "--reason", "x",
                "--by", "me", "--yes"))
        try place.replace("\"learningRate\": 0.1", "\"learningRate\": 0.2", in: "m/mood.json")
        try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/calm.json")
        let check = try place.repro("check", "--goldens", "m/Goldens", "--results", "m/Results")
        try #require(check.code == 1, "\(check)")
        #expect(check.err.contains("repro review m/Results --goldens m/Goldens"), "\(check)")
        try body(place)
    }
}

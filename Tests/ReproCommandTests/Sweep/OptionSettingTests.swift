import Repro
import Testing

/// Options with other values, from the command line to the experiment.
struct OptionSettingTests {
    @Test func valuesAreJSONElseStrings() throws {
        #expect(OptionSetting("training.epochs=3")?.value == .number(3))
        #expect(OptionSetting("training.optimizer=adam")?.value == .string("adam"))
        #expect(OptionSetting("model.bidirectional=false")?.value == .bool(false))
        #expect(OptionSetting("data.train=a=b.tsv")?.value == .string("a=b.tsv"))
        for wrong in ["", "=", "a", "a=", "=1", ".a=1", "a.=1", "a..b=1"] {
            #expect(OptionSetting(wrong) == nil, "\(wrong)")
        }
    }

    @Test func commasPartValuesOutsideBracketsAndQuotes() {
        #expect(OptionSetting.values("64,128") == [.number(64), .number(128)])
        #expect(OptionSetting.values("adam,sgd") == [.string("adam"), .string("sgd")])
        #expect(OptionSetting.values("[2,3],[4]").count == 2)
        #expect(OptionSetting.values(#""a,b","c\",d""#) == [.string("a,b"), .string("c\",d")])
        #expect(OptionSetting.values("1,,2").isEmpty && OptionSetting.values("").isEmpty)
    }

    @Test func experimentsAreReadWithThem() throws {
        let roman = try #require(Experiment.shipped(named: "roman"))
        let settings = try [#require(OptionSetting("model.hidden=7")), #require(OptionSetting("training.epochs=2"))]
        let changed = try roman.setting(settings, path: "--set")
        #expect(changed.model.hidden == 7 && changed.training?.epochs == 2)
        #expect(changed.json != roman.json)
        #expect(try roman.setting([], path: "--set") == roman)
        for (wrong, problem) in [
            ("model.hiden=7", "did you mean 'hidden'"), ("model.hidden=0", "integer from 1"), ("model=7", "an object"),
            ("roman.model=7", "unknown option"),
        ] {
            let setting = try #require(OptionSetting(wrong))
            let error = #expect(throws: FormatError.self) { try roman.setting([setting], path: "--set") }
            #expect("\(error as Any)".contains(problem), "\(wrong): \(error as Any)")
        }
    }
}

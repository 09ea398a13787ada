"""Made data, initial numbers, files, vocabularies and labels: what stands in the stages `init` and `data`."""

import itertools

from . import arrays
from .experiments import balance, data_case, ends, inspection, of_file, run, text, uniform


def made():
    yield run("9.2/streams-of-parameters", inspection(uniform(), dict(cells=["lstm"], hidden=2)), "init", part="streams")
    yield run("13.1/stream", inspection(uniform(), dict(cells=["lstm"], hidden=2)), "data", part="streams")
    yield run("13.5/uniform", inspection(uniform(), dict(cells=["lstm"], hidden=2)), "data", "input")
    values = [[[0.1, 0.136, 1e-40], [-0.0, 3.0000001, 16777217.0]]]
    yield run("13.6/values", inspection(dict(format="values", input=values), dict(cells=["gru"], hidden=2)), "data", "input")
    for what, model in (
        ("lstm", dict(cells=["lstm"], hidden=3)), ("gru", dict(cells=["gru"], hidden=4, layers=2)),
        ("rnn", dict(cells=["rnn"], hidden=2, bidirectional=False)), ("projection", dict(cells=["lstm"], hidden=4, projection=2)),
    ):  # fmt: skip
        yield run(f"9.2/streams-of-{what}", inspection(uniform(), model), "init", part="streams")
        name = model["cells"][0] + ".weight_hh_l0"
        yield run(f"9.5/{what}", inspection(uniform(), model), "init", name)
        yield run(f"12.5/streams-of-a-stage-{what}", inspection(uniform(), model, 7), "init")
        yield run(f"4.1/names-of-{what}", inspection(uniform(), model), "init")
    yield run("9.5/unit-count-decides", inspection(uniform(features=7), dict(cells=["lstm"], hidden=6)), "init", "lstm.weight_ih_l0")
    yield run("9.5/largest-seed", inspection(uniform(), dict(cells=["lstm"], hidden=3), 2**64 - 1), "init", "lstm.bias_ih_l0")
    torch = lambda seed, **more: inspection(uniform(), dict(cells=["gru"], hidden=3, init="torch", **more), seed)
    yield run("9.6/numbers", torch(42), "init", "gru.weight_ih_l0")
    yield run("9.6/one-generator", torch(42), "init", "gru.bias_hh_l0_reverse")
    yield run("9.6/low-half-of-the-seed", torch(2**40 + 7), "init", "gru.weight_ih_l0")
    yield run("9.6/streams", torch(2**40 + 7), "init", part="streams")


def texts():
    lengths = lambda what, content, /, **more: data_case(what, content, **more)
    refused = lambda what, content, /, **more: data_case(what, content, leaf="none", **more)
    yield lengths("10.2/lines", "a\tone two\nb\tthree\n")
    yield lengths("10.1/white-space", "a\t one\x0btwo\x0cthree  four \nb\tx\n")
    yield lengths("10.1/other-spaces-are-letters", "a\tone\u00a0two three\u2003four\nb\tx\n")
    yield lengths("10.2/later-tabs", "a\tone\ttwo\tthree\nb\tx\n")
    yield lengths("10.2/carriage-returns", "a\tone two\r\nb\tthree\r\n")
    yield lengths("10.2/carriage-return-is-no-character", "a\tone\r\nb\ttwo\n", level="characters")
    yield lengths("10.2/end-missing", "a\tone two\nb\tthree four five")
    yield lengths("10.2/blank-line-at-the-end", "a\tone two\nb\tthree\n\n")
    yield lengths("10.2/ends-differ-from-line-to-line", "a\tone two\nb\tthree\r\na\tx\n")
    yield lengths("10.2/label-with-a-space", "b\tone\nb c\ttwo\n", leaf="train.targets")
    for level in ("words", "characters", "bytes"):
        yield lengths(f"10.8/{level}", "a\tgrün 日本 \nb\tx y\n", level=level)
    yield refused("10.2/two-blank-lines", "a\tone two\nb\tthree\n\n\n")
    yield refused("10.2/line-without-tab", "a\tone\nb three\n")
    yield refused("10.2/empty-label", "a\tone\n\tthree\n")
    yield refused("10.2/no-token", "a\tone\nb\t \n")
    yield refused("10.2/nothing", "")
    for what, bad in (
        ("byte-ff", b"\xff"), ("overlong", b"\xc0\x80"), ("surrogate", b"\xed\xa0\x80"), ("past-10ffff", b"\xf4\x90\x80\x80"), ("cut", b"\xe6\x97"),
    ):  # fmt: skip
        yield refused(f"10.1/not-utf-8-{what}", b"a\tone\nb\t" + bad + b"\n")
    yield lengths("10.1/last-character", "a\tone\U0010ffff two\ufffe\nb\tx\n")
    yield lengths("10.1/other-controls-are-letters", "a\tone\x1ctwo\x1f three\x85four\nb\tx\n")
    yield refused("10.1/byte-order-mark", "\ufeffa\tone\nb\ttwo\n")
    yield refused("10.7/nul", "a\tone\nb\tt\0wo\n")
    row = lambda number, form, tag, xpos="_": "\t".join([str(number), form, "_", tag, xpos] + ["_"] * 5) + "\n"
    words = row(1, "one", "X") + row(2, "a b", "Y") + "\n" + row(1, "two", "X") + "\n"
    conllu = dict(format="conllu", task="tagging")
    yield lengths("10.3/sentences", words, **conllu)
    yield lengths("10.3/last-end-missing", words.rstrip("\n"), **conllu)
    yield lengths("10.3/several-blank-lines", words.replace("\n\n", "\n\n\n"), **conllu)
    yield lengths("10.3/carriage-returns", words.replace("\n", "\r\n"), **conllu)
    yield lengths("10.3/comments", "# c\n" + words, **conllu)
    yield lengths("10.3/ranges-and-empty-nodes", row("1-2", "oneab", "_") + row(1, "one", "X") + row("1.1", "z", "_") + row(2, "b", "Y"), **conllu)
    yield lengths("10.3/other-columns", row(1, "one", "_", "P") + row(2, "two", "_", "Q"), **conllu, label="XPOS")
    yield refused("10.3/nine-columns", words.replace("\t_\n", "\n", 1), **conllu)
    yield refused("10.3/numbers-out-of-order", row(1, "a", "X") + row(3, "b", "Y"), **conllu)
    yield refused("10.3/number-with-a-zero", row("01", "a", "X"), **conllu)
    yield refused("10.3/empty-form", row(1, "", "X"), **conllu)
    yield refused("10.3/tag-of-underscore", row(1, "a", "_"), **conllu)
    yield refused("10.3/comment-alone", words + "# c\n\n", **conllu)
    yield refused("10.3/no-sentence", "\n\n", **conllu)
    csv = dict(format="csv")
    yield lengths("10.4/csv", "text,label\none two,a\nthree,b\n", **csv)
    yield lengths("10.4/csv-other-order", "label,text\na,one two\nb,three\n", **csv)
    yield lengths("10.4/csv-quotes", 'text,label\n"one, ""two""\nthree",a\nx,b\n', **csv)
    yield lengths("10.4/csv-carriage-returns", "text,label\r\none two,a\r\nthree,b\r\n", **csv)
    # Within quotes the line's end is text: 3 + 2 + 3 bytes.
    yield lengths("10.4/csv-quoted-line-end", 'text,label\n"one\r\ntwo",a\nx,b\n', **csv, level="bytes")
    yield lengths("10.4/csv-last-end-missing", "text,label\none two,a\nthree,b", **csv)
    yield lengths("10.4/csv-without-names", "a,one two\nb,three\n", **csv, header=False)
    yield lengths("10.4/csv-numbers-below-a-header", "x,y\na,one two\nb,three\n", **csv, header=True, text=2, label=1)
    yield lengths("10.4/csv-names-given", "x,y,z\nq,one two,a\nq r s,three,b\n", **csv, text="y", label="z")
    yield lengths("10.4/csv-numbers-given", "a,one two,q\nb,three,q\n", **csv, header=False, text=2, label=1)
    yield lengths("10.4/csv-numbers-from-the-end", "a,q,one two\nb,q,three\n", **csv, header=False, text=-1, label=-3)
    yield lengths("10.4/csv-numbers-have-no-header", "a,one two three\nb,x\n", **csv, text=2, label=1)
    yield lengths("10.4/csv-separator", "text;label\none, two;a\nthree;b\n", **csv, separator=";")
    yield lengths("10.4/tsv-header", "one two\ta\nthree\tb\n", header=False, text=1, label=2)
    yield lengths("10.4/tsv-usual-names", "text\tlabel\none two\ta\nthree\tb\n", header=True)
    yield lengths("10.4/tsv-names", "x\ty\none two\ta\nthree four five\tb\n", text="x", label="y")
    yield lengths("10.4/label-is-column-1", "a\tone two\nb\tthree\n", header=False)
    yield refused("10.4/widths-differ", "text,label\none,a\ntwo,b,c\n", **csv)
    yield refused("10.4/no-such-name", "text,label\none,a\n", **csv, text="body", label="label")
    yield refused("10.4/no-such-number", "text,label\none,a\n", **csv, header=True, text=3, label=2)
    yield refused("10.4/bare-quote", 'text,label\none "two",a\n', **csv)
    yield refused("10.4/text-not-said", "a,q,one\nb,q,two\n", **csv, header=False)
    lines = lambda *values: "".join(text(value) + "\n" for value in values)
    jsonl = dict(format="jsonl")
    yield lengths("10.5/strings", lines(dict(text="one two", label="a"), dict(label="b", text="three", more=[1])), **jsonl)
    yield lengths("10.5/other-keys", lines(dict(t="one two", l="a"), dict(t="x", l="b")), **jsonl, text="t", label="l")
    yield lengths("10.5/tagging", lines(dict(text=["one", "two three"], label=["a", "b"])), **jsonl, task="tagging")
    yield refused("10.5/words-without-labels", lines(dict(text=["one", "two"], label=["a"])), **jsonl, task="tagging")
    yield refused("10.5/label-missing", lines(dict(text="one")), **jsonl)
    yield refused("10.5/null", lines(dict(text="one", label=None)), **jsonl)
    columns = dict(format="columns", task="tagging")
    yield lengths("10.6/white-space", "one  X\ntwo\tq Y\n\nthree X\n".replace("q ", ""), **columns)
    yield lengths("10.6/first-and-last", "one q X\ntwo r Y\n\nthree s X\n", **columns)
    yield lengths("10.6/separator", "one two|X\nthree|Y\n\nfour|X\n", **columns, separator="|")
    yield lengths("10.6/names", "tag word\nX one\nY two\n\nX three\n", **columns, text="word", label="tag")
    yield lengths("10.6/carriage-returns", "one X\r\ntwo Y\r\n\r\nthree X\r\n", **columns)
    yield refused("10.6/widths-differ", "one X\ntwo q Y\n", **columns)
    yield lengths("10.7/byte-order-mark", "\ufefftext,label\none two,a\nthree,b\n", **csv)
    yield lengths("10.7/latin-1", b"text,label\none tw\xf6\xe9,a\nthree,b\n", **csv, encoding="latin1", level="bytes")
    record = lambda count: [["a\t", 1], ["x", count - 2], ["\nb\ty\n", 1]]
    yield lengths("10.7/largest-record", record(1 << 24))
    yield refused("10.7/record-too-large", record((1 << 24) + 1))
    word = [["a X\n", 1], ["x", (1 << 24) - 5], [" X\n", 1]]
    yield refused("10.7/record-too-large-of-a-sentence", word, **columns)
    yield refused("10.7/nul-of-csv", "text,label\no\0ne,a\n", **csv)
    yield refused("10.7/empty-label", "text,label\none,\n", **csv)
    yield refused("10.7/empty-text", "text,label\n ,a\n", **csv)
    yield lengths("10.8/maximum-length", "a\tone two three\nb\tfour\n", maxLength=2)
    yield lengths("10.8/maximum-length-of-tagging", words, maxLength=1, **conllu)


def vocabularies():
    inputs = lambda what, content, /, leaf="train.inputs", **more: data_case(what, content, leaf=leaf, **more)
    many = "a\tb b b é a a\nb\tB z a é q\n"
    yield inputs("10.11/by-count-then-bytes", many)
    yield inputs("10.11/minimum-count", many, minimumCount=2)
    yield inputs("10.11/maximum", many, maximumVocabulary=2)
    yield inputs("10.11/labels-in-byte-order", "b\tx\né\tx\nB\tx\n10\tx\n9\tx\n", leaf="train.targets")
    yield inputs("10.8/cut-before-counting", "a\tone two two two\nb\tone three\n", maxLength=1)
    yield inputs("10.8/white-space-is-part", "a\tb a\nb\ta a\n", level="characters")
    yield inputs("10.1/lower-case", "A\tOne ONE one É é\na\tÉ two\n", lowercase=True)
    yield inputs("10.1/lower-case-leaves-labels", "A\tOne\na\tTwo\n", leaf="train.targets", lowercase=True)
    yield inputs("10.8/labels-are-cut-too", "one X\ntwo Y\nthree X\n\nfour Y\n", leaf="train.targets", maxLength=2, format="columns", task="tagging")
    yield inputs("10.8/words-of-a-file-are-tokens", "one two|X\nthree|Y\n\nb|X\n", format="columns", task="tagging", separator="|")
    yield inputs("10.5/false", '{"text": "x", "label": true}\n{"text": "x", "label": false}\n{"text": "x", "label": 1e3}\n', leaf="train.targets",
                 format="jsonl")
    yield inputs("10.5/numbers-as-written", '{"text": "x", "label": 1.50}\n{"text": "x", "label": 1.5}\n{"text": "x", "label": true}\n'
                 '{"text": "x", "label": "10"}\n', leaf="train.targets", format="jsonl")
    yield inputs("10.3/tags", "1\tb\t_\tY\tP\t_\t_\t_\t_\t_\n2\ta\t_\tX\tQ\t_\t_\t_\t_\t_\n", leaf="train.targets", format="conllu", task="tagging")
    yield inputs("10.3/form", "1\tb\ty\tY\tP\t_\t_\t_\t_\t_\n2\ta\tz\tX\tQ\t_\t_\t_\t_\t_\n", format="conllu", task="tagging")
    yield inputs("10.6/columns-named", "q one X\nr two Y\n", leaf="train.targets", format="columns", task="tagging", text=2, label=1)
    yield inputs("10.6/last-is-the-label", "b q Y\na r X\n", leaf="train.targets", format="columns", task="tagging")
    yield inputs("10.4/csv-label-by-name", "x,label,text\n1,b,one\n2,a,two\n", leaf="train.targets", format="csv")
    yield inputs("10.7/latin-1-is-written-as-utf-8", b"a\t\xe9 z\nb\t\xc3 z \xe9\n", encoding="latin1")

    def two(what, one, other, leaf="test.inputs", task="classification", **more):
        config, files = of_file(one, task=task, **more)
        config["data"]["test"] = "test.tsv"
        return run(what, config, "data", leaf, files=files | {"test.tsv": dict(text=other)})

    yield two("10.11/unknown-token", "a\tone two\nb\tx\n", "b\ttwo never one\n")
    yield two("10.11/test-does-not-count", "a\tone two two\nb\tx\n", "b\tx x x x\n", "train.inputs")
    yield two("10.11/label-that-training-lacks", "a\tone\nb\tx\n", "c\tone\n", "none")
    yield two("10.11/unseen-skipped", "a\tone\nb\tx\n", "c\tone one\nb\tx\n", "test.lengths", unseenLabels="skip")
    yield two("10.11/unseen-is-wrong", "a\tone\nb\tx\n", "c\tone one\nb\tx\n", "test.targets", unseenLabels="wrong")
    tag = dict(task="tagging", format="columns")
    sentences, others = "one X\ntwo Y\n\none X\n", "one Z\ntwo Y\n\ntwo Y\n"
    yield two("10.11/unseen-of-tagging", sentences, others, "none", **tag)
    yield two("10.11/unseen-of-tagging-skipped", sentences, others, "test.lengths", unseenLabels="skip", **tag)
    yield two("10.11/unseen-of-tagging-is-wrong", sentences, others, "test.targets", unseenLabels="wrong", **tag)
    yield data_case("10.11/sigmoid-head-of-three-classes", "a\tx\nb\tx\nc\tx\n", leaf="none", model=dict(head="sigmoid"))
    yield two("12.10/file", "a\tone\nb\tx\n", "a\tone\n", "test.file")
    yield two("12.10/stage", "a\tone\nb\tx\n", "a\tone\n", None)
    number = lambda what, content, leaf="train.targets": data_case(what, content, leaf=leaf, task="regression")
    yield number("10.12/numbers", "0.1\tx\n-2.5e1\tx\n1E-3\tx\n-0\tx\n16777217\tx\n1e-45\tx\n")
    yield number("10.12/rounded-to-binary64-first", "1.000000059604644775390625000000001\tx\n0\tx\n")
    for what, content in (("not-as-json", "+1"), ("dot-alone", "1."), ("leading-zero", "01"), ("infinity", "1e39"), ("word", "NaN")):
        yield number(f"10.12/{what}", f"{content}\tx\n1\tx\n", "none")
    # Affixes.
    config, files = of_file("a\tgrün grau rot\nb\tgrün ab\n")
    config["model"] |= dict(affixes=[1, 3], affixEmbedding=2)
    yield run("10.13/prefixes-and-suffixes", config, "data", "train.affixes", files=files)
    config["data"]["test"] = "test.tsv"
    yield run("10.13/of-other-splits", config, "data", "test.affixes", files=files | {"test.tsv": dict(text="a\tblau grob abt\n")})
    letters, files_of_letters = of_file("a\tünd öl älter\nb\taé aè\n")
    letters["model"] |= dict(affixes=[1, 2], affixEmbedding=2)
    yield run("10.13/characters-are-no-bytes", letters, "data", "train.affixes", files=files_of_letters)
    known, files_of_known = of_file("a\txyz xyz\nb\tabc xyz\n", minimumCount=2)
    known["model"] |= dict(affixes=[1], affixEmbedding=2)
    yield run("10.13/of-known-tokens-alone", known, "data", "train.affixes", files=files_of_known)
    yield run("12.10/affixes-follow-inputs", config, "data", files=files | {"test.tsv": dict(text="a\tblau grob abt\n")})


def division():
    examples = "".join(f"{'abc'[n * n % 3]}\t{'x ' * (n + 1)}\n" for n in range(17))
    for what, data in (
        ("test", dict(test=0.25)), ("validation-and-test", dict(validation=0.2, test=0.3)), ("half-up", dict(test=0.5)),
        ("validation-alone", dict(validation=0.1)), ("stratified", dict(test=0.3, validation=0.2, stratified=True)),
    ):  # fmt: skip
        for split in ("train", "validation", "test"):
            if split == "train" or split in data:
                yield data_case(f"10.9/{what}-{split}", examples, leaf=f"{split}.lengths", **data)
    config, files = of_file(examples, test=0.25)
    yield run("10.9/stream", config, "data", part="streams", files=files)
    yield data_case("10.9/stratified-leaves-one", "a\tx\nb\tx x\nb\tx x x\n", leaf="train.lengths", test=0.9, stratified=True)
    yield data_case("10.9/stratified-leaves-one-of-both", "a\tx\nb\tx x\nb\tx x x\nb\tx x x x\na\tx x\n" * 2, leaf="train.lengths", test=0.6,
                    validation=0.35, stratified=True)
    yield data_case("10.9/split-without-an-example", "a\tx\nb\tx\n", leaf="none", test=0.1)
    yield data_case("10.9/split-without-an-example-of-regression", "1\tx\n2\tx\n", leaf="none", test=0.1, task="regression")
    yield data_case("12.10/divided-file", examples, leaf="train.file", test=0.25)
    yield data_case("12.10/divided", examples, leaf=None, test=0.25)


def shipped():
    for rule, config in (("13.3", ends()), ("13.4", balance())):
        for split, leaf in itertools.product(("train", "test"), ("inputs", "lengths", "targets")):
            yield run(f"{rule}/{split}-{leaf}", config, "data", f"{split}.{leaf}")
        yield run(f"{rule}/streams", config, "data", part="streams")
    yield run("10.11/label-that-made-training-lacks", balance(data=dict(train=1, test=6)), "data")
    roman = ends(model=dict(embedding=2, hidden=1), training=dict(batchSize=4000, epochs=1))
    roman |= dict(task="tagging", data=dict(format="roman"))
    for leaf in ("train.lengths", "test.inputs", "validation.targets"):
        yield run(f"13.2/{leaf}", roman, "data", leaf)
    yield run("13.2/streams", roman, "data", part="streams")
    whole = ends(data=dict(minimumLength=3, maximumLength=8, train=512, test=128, classes=3, letters=6))
    yield run("13.7/classifier", whole, "data")
    yield run("13.7/sigmoid-classifier", balance(data=dict(minimumLength=4, maximumLength=9, train=512, test=128)), "data")


def cases():
    yield from made()
    yield from texts()
    yield from vocabularies()
    yield from division()
    yield from arrays.read()
    yield from shipped()

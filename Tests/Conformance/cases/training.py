"""Models and training: what each stage holds, in which order, and whole runs."""

from . import arrays
from .experiments import balance, ends, inspection, of_file, run, uniform
from .tensors import picks


def first_steps():
    plain = ends()
    for name in ("embedding.weight", "lstm.weight_ih_l0", "linear.weight", "linear.bias"):
        yield run(f"9.5/{name}", plain, "init", name)
    yield run("11.1/order-of-parameters", plain, "init")
    yield run("11.1/sigmoid-head", balance(model=dict(head="sigmoid")), "init")
    yield run("11.1/bias-is-the-recurrent-layers", ends(model=dict(bias=False)), "init")
    # Of one sequence there is one order, and in batches of one its batch is whole.
    alone, files = of_file("a\tone two\n")
    alone["training"]["batchSize"] = 1
    yield run("12.6/name-of-a-step", alone, "step 000000", "batch.lengths", files=files)
    for leaf in ("batch.inputs", "batch.lengths", "batch.targets"):
        yield run(f"11.5/{leaf}-of-a-step", plain, "step 000000", leaf)
    yield run("11.5/later-batch", plain, "step 000002", "batch.lengths")
    yield run("11.5/later-epoch", plain, "step 000003", "batch.lengths")
    for what, config in (
        ("concat", plain), ("sum", ends(model=dict(pooling="sum"))), ("one-direction", ends(model=dict(bidirectional=False))),
        ("layers", ends(model=dict(layers=2))),
    ):  # fmt: skip
        yield run(f"11.3/classification-{what}", config, "step 000000", "logits")
    yield run("11.3/sigmoid-head", balance(model=dict(head="sigmoid")), "step 000000", "logits")
    for leaf in ("loss", "grad.linear.weight", "grad.lstm.weight_hh_l0", "grad.embedding.weight"):
        yield run(f"11.3/{leaf}", plain, "step 000000", leaf)
    for what, model in (("mean", dict(pooling="mean")), ("product", dict(pooling="product", cell="gru"))):
        yield run(f"7.10/{what}-into-the-last-layer", ends(model=model | dict(layers=2)), "step 000000", "grad.embedding.weight")
    yield run("12.8/parameters-after-the-step", plain, "step 000000", "lstm.weight_hh_l0")
    yield run("12.5/first-step-names-the-order", plain, "step 000000", part="streams")
    yield run("12.5/second-step-names-none", plain, "step 000001", part="streams")
    yield run("12.6/epoch", plain, "epoch 000")
    yield run("12.8/detail-of-a-step", plain, "step 000001")
    yield run("12.9/batch", plain, "step 000000")
    yield run("12.8/digest-of-epochs", ends(digest="epoch"), "step 000001")
    yield run("11.7/evaluation", plain, "evaluation", "test.logits")
    yield run("11.7/loss", plain, "evaluation", "test.loss")
    yield run("11.7/correct", plain, "evaluation", "test.correct")
    learnt = balance(training=dict(optimizer="adam", learningRate=0.05, epochs=4))
    yield run("11.7/correct-of-each-class", learnt, "evaluation", "test.correct")
    yield run("12.5/evaluation", plain, "evaluation")
    yield run("12.5/final", plain, "final")
    yield run("12.5/root", plain)
    sharded = ends(training=dict(shards=3))
    yield run("2.5/classification", sharded, "step 000000", "grad.lstm.weight_ih_l0")
    yield run("2.5/linear-layer", sharded, "step 000000", "grad.linear.weight")
    yield run("2.5/linear-layers-bias", sharded, "step 000000", "grad.linear.bias")
    yield run("2.5/embedding", sharded, "step 000000", "grad.embedding.weight")
    for shards in (2, 3, 5):
        for cell in ("lstm", "gru", "rnn"):
            config = balance(model=dict(cell=cell, layers=2), training=dict(shards=shards))
            for leaf in ("weight_hh_l0", "weight_ih_l1", "bias_ih_l0_reverse"):
                yield run(f"2.5/{cell}-{leaf}-{shards}-shards", config, "step 000000", f"grad.{cell}.{leaf}")
    yield run("12.7/adam", ends(training=dict(optimizer="adam", learningRate=0.01)), "final")
    yield run("12.7/adam-before-the-first-step", ends(training=dict(optimizer="adam", learningRate=0.01)), "init")
    yield run("12.7/momentum", ends(training=dict(momentum=0.5)), "epoch 001")


def options():
    drops = ends(model=dict(layers=2, dropout=0.3))
    yield run("12.5/dropout-stream", drops, "step 000001", part="streams")
    yield run("4.11/stream-of-the-step", drops, "step 000001", "logits")
    for name, key, domain in (("embedded-rows", "embeddingDropout", 5), ("readout", "readoutDropout", 6)):
        config = ends(model={key: 0.4})
        yield run(f"5.5/{name}-stream", config, "step 000001", part="streams")
        yield run(f"5.5/{name}", config, "step 000000", "logits")
        yield run(f"5.5/{name}-gradient", config, "step 000000", "grad.embedding.weight")
    every = ends(model=dict(layers=2, dropout=0.3, embeddingDropout=0.2, readoutDropout=0.5))
    yield run("12.5/order-of-streams", every, "step 000000", part="streams")
    yield run("5.5/not-in-evaluation", every, "evaluation")
    yield run("2.6/micro-batches", ends(training=dict(microBatch=2, shards=2), model=dict(dropout=0.3, layers=2)))
    for what, training in (("smoothing", dict(labelSmoothing=0.2)), ("weights", dict(classWeights=[0.5, 2, 1.25]))):
        yield run(f"11.4/{what}", ends(training=training), "step 000000", "loss")
        yield run(f"11.4/{what}-not-in-evaluation", ends(training=training), "evaluation", "test.loss")
    yield run("11.4/balanced", ends(training=dict(classWeights="balanced"), data=dict(train=14)), "step 000000", "loss")
    yield run("8.2/gradients-are-hashed-before", ends(training=dict(clipNorm=0.01)), "step 000000", "grad.linear.weight")
    yield run("8.2/in-a-run", ends(training=dict(clipNorm=0.01)), "step 000000", "linear.weight")
    yield run("8.3/in-a-run", ends(training=dict(clipValue=0.01)), "step 000000", "linear.weight")
    yield run("8.8/first-step", ends(training=dict(warmup=3)), "step 000000", "linear.bias")
    yield run("8.8/in-a-run", ends(training=dict(warmup=4)), "final", "linear.bias")
    yield run("8.7/in-a-run", ends(training=dict(schedule=dict(kind="exponential", factor=0.5))), "final", "linear.bias")
    for what, schedule in (("step", dict(kind="step", every=1)), ("linear", dict(kind="linear")), ("cosine", dict(kind="cosine", epochs=3))):
        yield run(f"8.7/usual-options-of-{what}", ends(training=dict(schedule=schedule, epochs=3)), "final", "linear.bias")
    buckets = ends(training=dict(lengthBuckets=2), data=dict(train=19))
    yield run("11.5/buckets-stream", buckets, "step 000000", part="streams")
    for step in range(3):
        yield run(f"11.5/buckets-{step}", buckets, f"step 00000{step}", "batch.lengths")
        yield run(f"11.5/buckets-inputs-{step}", buckets, f"step 00000{step}", "batch.inputs")
    yield run("9.6/linear-weight", balance(model=dict(init="torch")), "init", "linear.weight")
    yield run("9.6/linear-bias", balance(model=dict(init="torch")), "init", "linear.bias")
    refused = dict(ends(model=dict(init="torch")))
    yield run("9.6/not-with-an-embedding", refused, "init")


def tasks():
    yield from arrays.starts()
    tag = dict(task="tagging", format="columns")
    sentences = "Ada B-P\nLovelace I-P\nmet O\nGrün B-P\n\nin O\nParis B-L\n\nAda B-P\nwalked O\nwalks O\n\nmet O\nParis B-L\n"
    config, files = of_file(sentences, **tag)
    config["training"] |= dict(epochs=2)
    yield run("11.3/tagging", config, "step 000000", "logits", files=files)
    yield run("12.9/tagging-targets", config, "step 000000", "batch.targets", files=files)
    yield run("11.3/tagging-gradients", config, "step 000000", "grad.lstm.weight_hh_l0_reverse", files=files)
    config["training"] |= dict(classWeights="balanced")
    yield run("11.4/balanced-of-tagging", config, "step 000000", "loss", files=files)
    del config["training"]["classWeights"]
    config["training"] |= dict(shards=2)
    yield run("2.5/tagging", config, "step 000000", "grad.linear.weight", files=files)
    yield run("11.3/tagging-whole-run", config, files=files)
    config["model"] |= dict(affixes=[1, 2], affixEmbedding=3)
    yield run("11.1/affix-tables", config, "init", files=files)
    yield run("11.1/rows-are-joined", config, "step 000000", "logits", files=files)
    yield run("12.9/affixes", config, "step 000000", "batch.affixes", files=files)
    for name in ("embedding.weight", "prefix1.weight", "suffix2.weight"):
        yield run(f"11.1/gradient-of-{name}", config, "step 000000", f"grad.{name}", files=files)
    config, files = of_file("0.5\ta fine day\n-1\ta grey day\n2.25\tfine\n", task="regression")
    config["data"]["test"] = "test.tsv"
    files["test.tsv"] = dict(text="0.75\tfine rain\n-0.3\tgrey day\n")
    yield run("11.3/regression", config, "step 000000", "logits", files=files)
    yield run("12.9/regression-targets", config, "step 000000", "batch.targets", files=files)
    yield run("11.3/regression-loss", config, "step 000000", "loss", files=files)
    yield run("12.9/no-correct", config, "evaluation", files=files)
    yield run("11.3/regression-whole-run", config, files=files)


VECTORS = "5 2\nfine 0.1 -0.2\na b 1 1\nday 1e-3 2 \nnowhere 1 2\nfine 9 9\n"


def starts():
    config, files = of_file("a\ta fine day\nb\ta grey day\na\tfine\n")
    files["vectors.txt"] = dict(text=VECTORS)
    config["model"] |= dict(vectors=dict(file="vectors.txt"))
    yield run("10.14/rows", config, "init", "embedding.weight", files=files)
    config["model"] |= dict(hidden=3)
    yield run("11.2/drawn-all-the-same", config, "init", part="streams", files=files)
    long = dict(files)
    long["vectors.txt"] = dict(text="fine 0.1 0.2\nthe grey 3 4\na 7 8\ngrey 1 2\n2 7\n".replace("2 7\n", "") + "day 5.00000000000000000001 6\r\n")
    yield run("10.14/token-with-a-space", config, "init", "embedding.weight", files=long)
    rounded = dict(files, **{"vectors.txt": dict(text="fine 1.000000059604644775390625000000001 1e-50\n\u00a0 1 2\nday\t3 4 5\n")})
    yield run("10.14/rounded-to-binary64-first", config, "init", "embedding.weight", files=rounded)
    narrow, narrow_files = of_file("a\t5 fine day\nb\tfine\n")
    narrow["model"] |= dict(embedding=1, vectors=dict(file="vectors.txt"))
    narrow_files["vectors.txt"] = dict(text="5 2\nday 3\n")
    yield run("10.14/two-integers-of-one-feature", narrow, "init", "embedding.weight", files=narrow_files)
    yield run("10.14/not-finite", config, "init", files=files | {"vectors.txt": dict(text="fine 0.1 1e39\n")})
    yield run("10.14/too-short", config, "init", files=files | {"vectors.txt": dict(text="fine 0.1 0.2\nday 1\n")})
    config["model"]["vectors"] = dict(file="vectors.txt", frozen=True)
    config["training"] |= dict(optimizer="adam", weightDecay=0.1, learningRate=0.1, epochs=2)
    yield run("8.9/gradient", config, "step 000000", "grad.embedding.weight", files=files)
    yield run("8.9/parameter", config, "final", "embedding.weight", files=files)
    yield run("8.9/state", config, "final", files=files)
    config["training"] |= dict(optimizer="sgd")
    yield run("8.9/sgd", config, "final", "embedding.weight", files=files)


def validation():
    config, files = of_file("good\ta fine day\nbad\ta grey day\ngood\tfine\nbad\tgrey rain again\ngood\tfine day\n")
    for split, content in (("validation", "good\tfine rain\nbad\tgrey day\nbad\tso much rain\n"), ("test", "good\tfine\nbad\tgrey\n")):
        config["data"][split] = f"{split}.tsv"
        files[f"{split}.tsv"] = dict(text=content)
    config["training"] |= dict(epochs=8, validate="epoch", learningRate=1.0, momentum=0.9)
    yield run("11.6/validation-of-an-epoch", config, "validation 001", files=files)
    yield run("12.5/validation-first", config, "evaluation", files=files)
    yield run("11.6/whole-run", config, files=files)
    for metric in ("loss", "accuracy", "macroF1"):
        for patience in (1, 2):
            config["training"]["earlyStopping"] = dict(metric=metric, patience=patience)
            yield run(f"11.6/stops-by-{metric}-patience-{patience}", config, files=files)
    yield from other_metrics()
    config["training"]["earlyStopping"] = dict(metric="loss", patience=1)
    yield run("11.6/best-parameters", config, "final", files=files)
    config["data"]["unseenLabels"] = "wrong"
    files["validation.tsv"] = dict(text="good\tfine rain\nnever\tgrey day\nbad\tso much rain\n")
    yield run("10.11/wrong-is-left-out-of-the-loss", config, "validation 000", "validation.loss", files=files)
    yield run("10.11/wrong-is-never-correct", config, "validation 000", files=files)


def other_metrics():
    """Early stopping by the scores that other tasks have."""
    spans = "Ada B-P\nLovelace I-P\nmet O\n\nin O\nParis B-L\n\nAda B-P\nwalked O\n"
    config, files = of_file(spans, task="tagging", format="columns", validation="validation.columns")
    files["validation.columns"] = dict(text="Ada B-P\nmet O\nParis B-L\n\nLovelace B-P\nwalked O\nin O\n")
    numbers = "0.5\ta fine day\n-1\ta grey day\n2.25\tfine\n"
    regression, file = of_file(numbers, task="regression", validation="validation.tsv")
    file["validation.tsv"] = dict(text="0.75\tfine rain\n-0.3\tgrey day\n")
    for case, given, metric in ((config, files, "spanF1"), (regression, file, "mae"), (regression, file, "rmse")):
        stopping = dict(epochs=7, validate="epoch", learningRate=0.3, momentum=0.9, earlyStopping=dict(metric=metric, patience=1))
        yield run(f"11.6/stops-by-{metric}", case | dict(training=case["training"] | stopping), files=given)


def inspections():
    two = inspection(uniform(2, 3, 4, lengths=[[3, 3], [3, 2]]), dict(cells=["gru", "lstm"], hidden=5))
    yield run("12.11/lengths", two, "data")
    for leaf in ("lstm.1.last.gather", "lstm.1.last.step", "gru.1.final.product", "lstm.0.output", "gru.1.h_n", "lstm.1.c_n"):
        yield run(f"12.11/{leaf}", two, "evaluation", leaf)
    yield run("12.11/evaluation", two, "evaluation")
    one = inspection(uniform(1, 6, 3), dict(hidden=4, layers=2))
    yield run("12.11/one-set-of-lengths", one, "evaluation")
    yield run("12.11/one-direction", inspection(uniform(2, 3, 2), dict(hidden=4, bidirectional=False, projection=2)), "evaluation")
    yield run("12.11/one-direction-of-layers", inspection(uniform(2, 3, 2), dict(hidden=3, layers=2, bidirectional=False)), "evaluation")
    yield run("12.11/root", two)
    yield run("12.12/root-again", one)
    rows = "0.1360 0.4574 0.4842 0.6409 0.1980 0.0364 0.4133 0.0836 0.2871 0.3542 0.7796 0.7209 0.1754 0.0147 0.6572 0.1504 0.1003 0.6787 0.1602 0.6571"
    numbers = [float(number) for number in rows.split()]
    values = dict(format="values", input=[[numbers[at : at + 5] for at in range(0, 20, 5)]])
    yield run("13.7/outputs", inspection(values, dict(hidden=6)))
    yield run("13.7/layers", inspection(uniform(1, 6, 3), dict(hidden=4, layers=2)))
    lengths = [[3, 3], [3, 2]]
    yield run("13.7/last-states", inspection(uniform(2, 3, 4, lengths=lengths), dict(cells=["gru", "lstm"], hidden=5)))


def ends_of_numbers():
    yield from arrays.numbers()
    large = dict(format="values", input=[[[3e38] * 8, [1.0] * 8]])
    for seed in (3, 4):
        yield run(f"1.5/outputs-of-an-inspection-{seed}", inspection(large, dict(cells=["rnn"], nonlinearity="relu", hidden=3), seed))
    steep = dict(learningRate=1e30, epochs=6)
    yield run("1.5/parameters-overflow", ends(training=dict(optimizer="sgd", learningRate=1e30, weightDecay=1e30, epochs=2)))
    yield run("1.5/first-in-order", ends(training=steep, model=dict(cell="rnn", nonlinearity="relu")))
    yield run("1.5/looked-at-without-detail", ends(training=steep, model=dict(cell="rnn", nonlinearity="relu"), digest="epoch"))
    yield run("1.5/gradients-without-detail", ends(training=dict(weightDecay=1e30, learningRate=1e30), digest="epoch"))
    yield run("1.5/first-in-the-order-of-a-step", ends(training=dict(weightDecay=1e30, learningRate=1e30, momentum=0.5)))


def wholes():
    yield run("11.1/everything", ends(
        model=dict(layers=2, dropout=0.25, embeddingDropout=0.2, readoutDropout=0.4, hidden=6),
        training=dict(optimizer="adam", learningRate=0.02, epochs=2, shards=2, labelSmoothing=0.1, classWeights=[0.5, 2, 1.25],
                      warmup=5, schedule=dict(kind="cosine", epochs=3, end=0.1), clipNorm=0.5)), )  # fmt: skip
    yield run("11.1/adamw-gru", ends(model=dict(cell="gru", pooling="sum"), training=dict(optimizer="adamw", weightDecay=0.1, learningRate=0.05)))
    yield run("11.1/rnn", ends(model=dict(cell="rnn", nonlinearity="relu", pooling="mean"), training=dict(momentum=0.5, weightDecay=0.01, clipValue=0.1)))
    yield run("11.1/balance", balance(model=dict(head="sigmoid", bidirectional=False), training=dict(momentum=0.9, clipNorm=1)))
    yield run("11.1/projection", ends(model=dict(projection=2, hidden=5, layers=2), training=dict(epochs=1)))


def cases():
    yield from first_steps()
    yield from options()
    yield from tasks()
    yield from starts()
    yield from validation()
    yield from inspections()
    yield from ends_of_numbers()
    yield from wholes()

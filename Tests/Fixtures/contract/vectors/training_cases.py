"""Experiments that use the training options beside the shipped ones: whole configurations with small files for their data."""

import json
import pathlib
import tempfile

from .. import configurations, experiments
from ..digests import root_digest

MOODS = {
    "train.tsv": "good\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain again and again\ngood\tfine\nbad\train\ngood\ta day\n",
    "validation.tsv": "good\tfine rain\nbad\tgrey weather\nbad\tso much rain\n",
    "test.tsv": "good\tfine rain\nbad\tgrey weather\n",
}
NUMBERS = {
    "train.tsv": "1\ta fine day\n-0.5\ta grey day\n2.25e-1\tfine weather\n-1\tgrey rain again and again\n0.1\tfine\n",
    "validation.tsv": "0.75\tfine rain\n-0.3\tgrey weather\n0\ta day\n",
    "test.tsv": "0.75\tfine rain\n-0.3\tgrey weather\n",
}
VECTORS = "5 4\nfine 0.1 -0.2 0.3 0.4\na b 1 1 1 1\nday 1e-3 2 -3 0.25\nnowhere 1 2 3 4\nfine 9 9 9 9\ngrün -1 -2 -3 -4\n"


def sentences(*lists):
    rows = lambda pairs: "".join(f"{n}\t{w}\t_\t{t}" + "\t_" * 6 + "\n" for n, (w, t) in enumerate(pairs, 1))
    return "".join(rows([pair.rsplit("/", 1) for pair in text.split()]) + "\n" for text in lists)


NAMES = {
    "train.conllu": sentences(
        "Ada/B-PER Lovelace/I-PER met/O Grün/B-PER in/O New/B-LOC York/I-LOC", "in/O Paris/B-LOC", "Ada/B-PER walked/O walks/O",
        "the/O day/O Lovelace/B-PER walked/O", "York/B-LOC",
    ),
    "validation.conllu": sentences("Lovelace/B-PER talked/O in/O Parisian/O York/B-LOC", "Ada/B-PER in/O New/B-LOC York/I-LOC"),
    "test.conllu": sentences("Grüne/O walks/O in/O New/B-LOC York/I-LOC"),
}  # fmt: skip


def files(format, names):
    return {"format": format} | {name.split(".")[0]: name for name in names}


ENDS = dict(format="ends", minimumLength=2, maximumLength=7, train=23, test=9, classes=3, letters=4)
CASES = [
    (dict(
        task="classification", data=ENDS, seed=42,
        model=dict(embedding=5, hidden=6, layers=2, dropout=0.25, embeddingDropout=0.2, readoutDropout=0.4),
        training=dict(
            optimizer="adam", learningRate=0.02, batchSize=7, epochs=3, shards=2, microBatch=2, labelSmoothing=0.1,
            classWeights=[0.5, 2, 1.25], warmup=5, schedule=dict(kind="cosine", epochs=3, end=0.1)),
    ), {}),
    (dict(
        task="classification", data=ENDS, seed=7, digest="epoch", model=dict(cell="gru", embedding=4, hidden=5, pooling="sum"),
        training=dict(
            optimizer="sgd", learningRate=0.5, batchSize=4, epochs=2, lengthBuckets=2, classWeights="balanced", clipValue=0.01,
            schedule=dict(kind="cosine", epochs=1)),
    ), {}),
    (dict(
        task="classification", data=files("tsv", MOODS), seed=3,
        model=dict(embedding=4, hidden=3, vectors=dict(file="vectors.txt", frozen=True), embeddingDropout=0.5),
        training=dict(
            optimizer="adamw", learningRate=0.1, weightDecay=0.1, batchSize=3, epochs=6, validate="epoch",
            earlyStopping=dict(metric="loss", patience=1), labelSmoothing=1),
    ), MOODS | {"vectors.txt": VECTORS}),
    (dict(
        task="tagging", data=files("conllu", NAMES), seed=42,
        model=dict(embedding=4, hidden=5, affixes=[1, 3], affixEmbedding=2, vectors=dict(file="vectors.txt"), readoutDropout=0.3),
        training=dict(
            optimizer="adam", learningRate=0.1, batchSize=2, epochs=8, validate="epoch", lengthBuckets=100, shards=2,
            earlyStopping=dict(metric="spanF1", patience=3)),
    ), NAMES | {"vectors.txt": VECTORS}),
    (dict(
        task="tagging", data=files("conllu", NAMES) | dict(lowercase=True), seed=2,
        model=dict(cell="rnn", embedding=2, hidden=4, affixes=[2], affixEmbedding=3),
        training=dict(
            optimizer="sgd", learningRate=0.3, momentum=0.9, batchSize=2, epochs=5, validate="epoch", warmup=3,
            classWeights="balanced", earlyStopping=dict(metric="macroF1", patience=2)),
    ), NAMES),
    (dict(
        task="regression", data=files("tsv", NUMBERS), seed=42, model=dict(embedding=3, hidden=4, readoutDropout=0.1),
        training=dict(
            optimizer="adam", learningRate=0.2, batchSize=2, epochs=7, validate="epoch",
            earlyStopping=dict(metric="mae", patience=2), clipNorm=0.5),
    ), NUMBERS),
    (dict(
        task="regression", data=files("tsv", NUMBERS), seed=1, digest="epoch",
        model=dict(cell="gru", embedding=3, hidden=4, affixes=[2, 4], affixEmbedding=1),
        training=dict(
            optimizer="sgd", learningRate=0.1, batchSize=9, epochs=4, validate="epoch",
            earlyStopping=dict(metric="rmse", patience=4)),
    ), NUMBERS),
]  # fmt: skip


def document():
    result = []
    for number, (config, contents) in enumerate(CASES):
        config = dict(name=f"case-{number}", **config)
        with tempfile.TemporaryDirectory() as folder:
            for name, text in contents.items():
                (pathlib.Path(folder) / name).write_text(text, encoding="utf-8")
            options = configurations.options_of(json.loads(json.dumps(config)), folder)
            stages = list(experiments.run(options, config["seed"]))
        described = [dict(name=s.name, streams=s.streams.hex(), digest=s.digest.hex()) for s in stages]
        result.append(dict(configuration=config, files=contents, root=root_digest(stages).hex(), stages=described))
    return dict(experiments=result)

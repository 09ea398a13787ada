"""Small experiments as configurations, and the cases that run them up to a stage."""

import json


def merged(one, other):
    return {
        key: merged(one[key], other[key]) if isinstance(one.get(key), dict) and isinstance(other.get(key), dict) else other.get(key, one.get(key))
        for key in {**one, **other}
    }  # fmt: skip


def run(what, config, stage=None, leaf=None, part=None, files=None):
    """`stage` alone gives its digest, with `leaf` that leaf's, with `part` = `streams` that of its streams; none of them the root."""
    asked = {name: value for name, value in dict(stage=stage, leaf=leaf, part=part, files=files).items() if value is not None}
    return dict(id=what, kind="run", config=config, **asked)


def inspection(data, model, seed=42):
    return dict(name="case", task="inspection", data=data, model=model, seed=seed)


def uniform(batch=2, steps=3, features=2, **more):
    return dict(format="uniform", batch=batch, steps=steps, features=features, **more)


SGD = dict(optimizer="sgd", learningRate=0.5, batchSize=2, epochs=1)


def of_file(content, /, format="tsv", task="classification", name="train", model=None, **data):
    """An experiment over one file, and the file: its bytes, its text, or a list of texts and how often each stands there."""
    file = f"{name}.{format}"
    content = dict(bytes=content.hex()) if isinstance(content, bytes) else dict(text=content)
    model = dict(embedding=2, hidden=2) | (model or {})
    config = dict(name="case", task=task, data=dict(format=format, **{name: file}, **data), model=model, training=dict(SGD), seed=42)
    return config, {file: content}


def data_case(what, content, /, format="tsv", leaf="train.lengths", **options):
    """A leaf of the stage `data` of an experiment over one file; None as leaf where the file is refused."""
    config, files = of_file(content, format, **options)
    return run(what, config, "data", leaf, files=files)


def ends(model=None, training=None, data=None, seed=42, **more):
    """A classification of made sequences, with changes."""
    base = dict(
        name="case", task="classification", seed=seed,
        data=dict(format="ends", minimumLength=2, maximumLength=5, train=9, test=4, classes=3, letters=4),
        model=dict(embedding=3, hidden=2), training=dict(optimizer="sgd", learningRate=0.5, batchSize=4, epochs=2),
    )  # fmt: skip
    changes = {name: value for name, value in dict(model=model, training=training, data=data).items() if value}
    return merged(merged(base, changes), more)


def balance(model=None, training=None, data=None, seed=42, **more):
    """The same of features, with two classes."""
    config = ends(seed=seed, **more)
    config["data"] = dict(format="balance", minimumLength=2, maximumLength=5, train=9, test=4, features=2) | (data or {})
    config["model"] = dict(hidden=3) | (model or {})
    return merged(config, dict(training=training)) if training else config


def text(value):
    return json.dumps(value, ensure_ascii=False)

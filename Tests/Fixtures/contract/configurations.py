"""An experiment's file (Experiments.md) as the options that `experiments` takes."""

import os

from .files import Refused


def options_of(config, folder):
    """`config` is the parsed file; relative paths are relative to `folder`."""
    data, model = config["data"], config["model"]
    projection, hidden = model.get("projection", 0), model["hidden"]
    options = dict(
        task=config["task"], data=data["format"], bidirectional=model.get("bidirectional", True), bias=model.get("bias", True),
        projection=projection, init=model.get("init", "repro"),
    )  # fmt: skip
    cell = lambda name: "rnn_" + model.get("nonlinearity", "tanh") if name == "rnn" else name
    layers = model.get("layers", 1)
    if config["task"] == "inspection":
        cells = model.get("cells", [model.get("cell", "lstm")])
        options["modules"] = [(cell(name), layers, hidden) for name in cells]
        if data["format"] == "values":
            options["values"] = data["input"]
        else:
            options["shape"] = (data["batch"], data["steps"], data["features"])
        if "lengths" in data:
            options["lengths"] = data["lengths"]
        return options
    if model.get("init") == "torch" and model.get("embedding", 0) > 0:
        raise Refused("an embedding does not start from PyTorch's numbers")
    options.update(
        cell=cell(model.get("cell", "lstm")), layers=layers, hidden=hidden, embedding=model.get("embedding", 0),
        dropout=model.get("dropout", 0.0), merging=model.get("pooling", "concat"), head=model.get("head", "softmax"),
        digest=config.get("digest", "step"),
    )  # fmt: skip
    names = dict(
        embeddingDropout="embedding_dropout", readoutDropout="readout_dropout", affixes="affixes",
        affixEmbedding="affix_embedding",
    )  # fmt: skip
    options.update({names[name]: model[name] for name in names if name in model})
    if "weights" in model:
        options["weights"] = os.path.join(folder, model["weights"])
    if "vectors" in model:
        options["vectors"] = os.path.join(folder, model["vectors"]["file"])
        options["frozen"] = model["vectors"].get("frozen", False)
    options.update(data_options(data, folder))
    options.update(training_options(config["training"]))
    return options


def data_options(data, folder):
    names = (
        "classes", "letters", "features", "lowercase", "encoding", "header", "separator", "text", "label", "level",
        "maxLength", "minimumCount", "maximumVocabulary", "unseenLabels", "stratified",
    )  # fmt: skip
    options = {name: data[name] for name in names if name in data}
    if "minimumLength" in data:
        lengths = data["minimumLength"], data["maximumLength"]
        return options | dict(lengths=lengths, train=data["train"], test=data["test"])
    files = {}
    shares = {split: data[split] for split in ("validation", "test") if isinstance(data.get(split), float)}
    if shares and "minimumLength" not in data:
        options["shares"] = shares
    for split in ("train", "validation", "test"):
        if split in data and split not in shares:
            names = ("inputs", "lengths", "targets")
            paths = [data[split][name] for name in names] if data["format"] == "npy" else [data[split]]
            files[split] = [os.path.join(folder, path) for path in paths]
    return options | dict(files=files)


def training_options(training):
    names = dict(weightDecay="weight_decay")
    used = ("momentum", "weightDecay") if training["optimizer"] == "sgd" else ("beta1", "beta2", "epsilon", "weightDecay")
    # `microBatch` is left out: no bit depends on it.
    options = dict(
        optimiser=training["optimizer"], rate=training["learningRate"], batch=training["batchSize"],
        epochs=training["epochs"], shards=training.get("shards", 1),
        optimiser_options={names.get(name, name): training[name] for name in used if name in training},
    )  # fmt: skip
    others = dict(
        clipNorm="clip", clipValue="clip_value", warmup="warmup", labelSmoothing="smoothing", classWeights="class_weights",
        lengthBuckets="buckets", validate="validate", earlyStopping="stopping",
    )  # fmt: skip
    options.update({others[name]: training[name] for name in others if training.get(name) is not None})
    if "clip" in options and "clip_value" in options:
        raise Refused("clipping to a norm and to a value")
    if training.get("schedule") is not None:
        defaults = dict(
            step=dict(factor=0.1), exponential={}, linear=dict(start=1 / 3, end=1.0, epochs=5), cosine=dict(end=0.0)
        )
        options["schedule"] = defaults[training["schedule"]["kind"]] | training["schedule"]
    return options

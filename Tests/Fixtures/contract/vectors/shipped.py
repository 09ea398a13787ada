"""Section 13: the shipped experiments' options, and changes of them."""

VALUES = [
    [
        [0.1360, 0.4574, 0.4842, 0.6409, 0.1980],
        [0.0364, 0.4133, 0.0836, 0.2871, 0.3542],
        [0.7796, 0.7209, 0.1754, 0.0147, 0.6572],
        [0.1504, 0.1003, 0.6787, 0.1602, 0.6571],
    ]
]

EXPERIMENTS = {
    "outputs": dict(data="values", values=VALUES, modules=[("lstm", 1, 6)]),
    "layers": dict(data="uniform", shape=(1, 6, 3), modules=[("lstm", 2, 4)]),
    "last-states": dict(
        data="uniform", shape=(2, 3, 4), lengths=[[3, 3], [3, 2]], modules=[("gru", 1, 5), ("lstm", 1, 5)]
    ),
    "classifier": dict(
        task="classification", data="ends", classes=3, letters=6, lengths=(3, 8), train=512, test=128,
        embedding=12, cell="lstm", hidden=16, bidirectional=True, head="softmax",
        optimiser="adam", rate=0.01, batch=32, epochs=12,
    ),
    "roman": dict(
        task="tagging", data="roman", embedding=16, cell="lstm", hidden=32, bidirectional=True, head="softmax",
        optimiser="adam", rate=0.01, batch=64, epochs=6,
    ),
    "sigmoid-classifier": dict(
        task="classification", data="balance", features=2, lengths=(4, 9), train=512, test=128,
        cell="lstm", hidden=16, bidirectional=False, head="sigmoid",
        optimiser="sgd", rate=0.5, optimiser_options=dict(momentum=0.9), clip=1.0, batch=32, epochs=8,
    ),
}  # fmt: skip

#: Changes of the shipped experiments that reach the options they leave alone.
VARIANTS = [
    ("classifier", dict(cell="gru", merging="sum", layers=2, dropout=0.25, shards=3)),
    ("classifier", dict(cell="rnn_tanh", merging="mean", optimiser="adamw", optimiser_options=dict(weight_decay=0.05))),
    ("classifier", dict(cell="rnn_relu", merging="product", bias=False, optimiser_options=dict(weight_decay=0.01))),
    ("classifier", dict(projection=5, layers=2, dropout=0.5, clip=0.25, batch=30)),
    ("sigmoid-classifier", dict(cell="gru", bidirectional=True, optimiser_options={}, shards=4, batch=31)),
    ("sigmoid-classifier", dict(layers=3, dropout=0.1, optimiser_options=dict(momentum=0.5, weight_decay=0.02))),
    ("roman", dict(cell="gru", hidden=9, layers=2, dropout=0.2, shards=5, batch=13)),
    ("sigmoid-classifier", dict(init="torch", bidirectional=True, layers=2, batch=16)),
    ("sigmoid-classifier", dict(init="torch", cell="gru", head="softmax")),
    # A step an epoch, so that the rate changes from step to step.
    ("sigmoid-classifier", dict(schedule=dict(kind="step", every=2, factor=0.5), batch=512, epochs=5)),
    ("sigmoid-classifier", dict(schedule=dict(kind="exponential", factor=0.9), optimiser="adam", optimiser_options={}, batch=512, epochs=4)),
    (
        "sigmoid-classifier",
        dict(
            schedule=dict(kind="linear", start=0.25, end=1.0, epochs=3), optimiser="adamw",
            optimiser_options=dict(weight_decay=0.05), batch=512, epochs=5,
        ),
    ),
]


def options_of(name, changes=None):
    return {**EXPERIMENTS[name], **(changes or {})}

#!/usr/bin/env python3
"""Test accuracy of repro and of PyTorch with one configuration, over several seeds.

    accuracy_peers.py [--repro PATH] [--seeds N] [--python PATH] [--embeddings uniform|normal] --trec FOLDER | --ewt FOLDER

The configurations are those of the folder Accuracy. `repro sweep` runs each over the seeds; PyTorch trains the same model, with
the same options, from seeds of its own; its embeddings start as ours do, uniform in ±√3, or with `--embeddings normal` from PyTorch's
own normal distribution, which has the same variance. Printed are each seed's accuracy, the means and the standard deviations, and the exit
code is 1 where repro's mean lies below PyTorch's by more than the two spreads allow: the root of the sum of their squares.
Of the questions' classifier, the Python of the article "For PyTorch users" loads what seed 1 left, and has to be as accurate.

--trec: train.tsv and test.tsv of questions (label, tab, tokens). --ewt: dev.conllu to learn from, and test.conllu.
Makes a throw-away environment with PyTorch for CPUs, as bench_peers.py does, unless --python names an interpreter that has it.
"""
import argparse
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_peers

HERE = os.path.dirname(os.path.abspath(__file__))
ARTICLE = os.path.join(HERE, "../../Sources/Repro/Repro.docc/Using/PyTorchUsers.md")


# What both read: sequences of tokens, and a label for each sequence or each token.

def read_tsv(path, lowercase):
    examples = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            label, text = line.rstrip("\n").split("\t")
            tokens = (text.lower() if lowercase else text).split()
            if tokens:
                examples.append((tokens, [label]))
    return examples


def read_conllu(path, lowercase):
    examples, tokens, labels = [], [], []
    with open(path, encoding="utf-8") as file:
        for line in list(file) + ["\n"]:
            fields = line.rstrip("\n").split("\t")
            if line[0] == "#":
                continue
            if len(fields) == 1:
                if tokens:
                    examples.append((tokens, labels))
                tokens, labels = [], []
            elif fields[0].isdigit():
                tokens.append(fields[1].lower() if lowercase else fields[1])
                labels.append(fields[3])
    return examples


def stratified(examples, share, generator):
    """Of each class its share of examples apart, at random: what is left, and what was taken."""
    taken = set()
    for name in sorted({labels[0] for _, labels in examples}):
        members = [i for i, (_, labels) in enumerate(examples) if labels[0] == name]
        taken.update(generator.sample(members, int(share * len(members))))
    kept = [example for i, example in enumerate(examples) if i not in taken]
    return kept, [example for i, example in enumerate(examples) if i in taken]


# The peer.

def numbers(words, least=1):
    """A number for each word that occurs often enough, from 2 on: 0 is padding and 1 unknown."""
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    kept = [word for word, count in counts.items() if count >= least]
    return {word: number for number, word in enumerate(kept, 2)}


def torch_accuracy(configuration, folder, seed, embeddings="uniform"):
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

    data, shape, training = (configuration[key] for key in ("data", "model", "training"))
    tagging = configuration["task"] == "tagging"
    read = read_conllu if data["format"] == "conllu" else read_tsv
    train, test = (read(os.path.join(folder, data[part]), data.get("lowercase", False)) for part in ("train", "test"))
    validation = []
    if "validation" in data:
        train, validation = stratified(train, data["validation"], random.Random(seed))

    words = numbers((token for tokens, _ in train for token in tokens), data.get("minimumCount", 1))
    cuts = [cut for k in shape.get("affixes", []) for cut in (lambda w, k=k: w[:k], lambda w, k=k: w[-k:])]
    tables = [words] + [numbers(cut(word) for word in words) for cut in cuts]
    classes = {name: number for number, name in enumerate(sorted({name for _, names in train for name in names}))}

    def encoded(examples):
        rows = []
        for tokens, labels in examples:
            columns = [[table.get(cut(token), 1) for token in tokens] for table, cut in zip(tables, [str] + cuts)]
            rows.append((torch.tensor(columns).T, torch.tensor([classes.get(name, -1) for name in labels])))
        return rows

    class Embedding(torch.nn.Embedding):
        def reset_parameters(self):
            if embeddings == "normal":
                return super().reset_parameters()
            torch.nn.init.uniform_(self.weight, -math.sqrt(3), math.sqrt(3))
            self._fill_padding_idx_with_zero()

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            widths = [shape["embedding"]] + [shape.get("affixEmbedding", 0)] * len(cuts)
            self.tables = torch.nn.ModuleList(
                Embedding(len(table) + 2, width, padding_idx=0) for table, width in zip(tables, widths))
            self.lstm = torch.nn.LSTM(sum(widths), shape["hidden"], batch_first=True, bidirectional=True)
            self.linear = torch.nn.Linear(2 * shape["hidden"], len(classes))
            self.dropouts = [torch.nn.Dropout(shape.get(key, 0)) for key in ("embeddingDropout", "readoutDropout")]

        def forward(self, rows):
            x = pad_sequence(rows, batch_first=True)
            lengths = torch.tensor([len(row) for row in rows])
            embedded = torch.cat([table(x[:, :, i]) for i, table in enumerate(self.tables)], 2)
            if self.training:
                embedded = self.dropouts[0](embedded)
            output, (hidden, _) = self.lstm(
                pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False))
            if tagging:
                output = pad_packed_sequence(output, batch_first=True)[0]
                features = torch.cat([output[i, :length] for i, length in enumerate(lengths)])
            else:
                features = torch.cat([hidden[-2], hidden[-1]], 1)
            return self.linear(self.dropouts[1](features) if self.training else features)

    def accuracy(examples):
        model.eval()
        right = count = 0
        with torch.inference_mode():
            for first in range(0, len(examples), 64):
                chosen = examples[first:first + 64]
                labels = torch.cat([labels for _, labels in chosen])
                right += (model([rows for rows, _ in chosen]).argmax(1) == labels).sum().item()
                count += len(labels)
        model.train()
        return right / count

    torch.manual_seed(seed)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=training["learningRate"])
    loss_of = torch.nn.CrossEntropyLoss()
    train, validation, test = encoded(train), encoded(validation), encoded(test)
    best, kept, waited = -1.0, None, 0
    for _ in range(training["epochs"]):
        order = torch.randperm(len(train)).tolist()
        for first in range(0, len(order), training["batchSize"]):
            chosen = [train[i] for i in order[first:first + training["batchSize"]]]
            optimizer.zero_grad()
            loss_of(model([rows for rows, _ in chosen]), torch.cat([labels for _, labels in chosen])).backward()
            optimizer.step()
        if "earlyStopping" in training:
            score = accuracy(validation)
            waited += 1
            if score > best:
                best, waited = score, 0
                kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
            if waited == training["earlyStopping"]["patience"]:
                break
    if kept:
        model.load_state_dict(kept)
    return accuracy(test)


def article_accuracy(run, test):
    """That of the article's function `predict`, over a run directory."""
    with open(ARTICLE, encoding="utf-8") as file:
        blocks = re.findall(r"```python\n(.*?)```", file.read(), re.S)
    scope = {}
    exec(next(block for block in blocks if "def predict(text)" in block).replace(".repro/mood", run), scope)
    with open(test, encoding="utf-8") as file:
        pairs = [line.rstrip("\n").split("\t") for line in file]
    with scope["torch"].inference_mode():
        return sum(scope["predict"](text) == label for label, text in pairs) / len(pairs)


def serve():
    for line in sys.stdin:
        request = json.loads(line)
        if "run" in request:
            answer = article_accuracy(request["run"], request["test"])
        else:
            answer = torch_accuracy(request["configuration"], request["folder"], request["seed"], request["embeddings"])
        print(json.dumps(answer), flush=True)


# The comparison.

def repro_accuracies(repro, configuration, folder, seeds, work):
    for part in ("train", "test"):
        configuration["data"][part] = os.path.join(folder, configuration["data"][part])
    path, output = os.path.join(work, "config.json"), os.path.join(work, configuration["name"])
    with open(path, "w", encoding="utf-8") as file:
        json.dump(configuration, file)
    subprocess.run([repro, "sweep", "--config", path, "--seeds", f"1..{seeds}", "--output", output], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(output, "sweep.json"), encoding="utf-8") as file:
        return [case["metrics"]["testAccuracy"] for case in json.load(file)["cases"]]


def compared(name, folder, options, python, work):
    def configuration():
        with open(os.path.join(HERE, "Accuracy", name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    ours = repro_accuracies(options.repro, configuration(), folder, options.seeds, work)
    peer = subprocess.Popen([python, os.path.abspath(__file__), "--serve"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    theirs = []

    def ask(**request):
        peer.stdin.write(json.dumps(request) + "\n")
        peer.stdin.flush()
        answer = peer.stdout.readline()
        if not answer:
            sys.exit("accuracy_peers: the PyTorch process ended; see its message above")
        return json.loads(answer)

    for seed in range(1, options.seeds + 1):
        theirs.append(ask(configuration=configuration(), folder=folder, seed=seed, embeddings=options.embeddings))
    holds = True
    if configuration()["task"] == "classification":
        loaded = ask(run=os.path.join(work, name, "seed=1"), test=os.path.join(folder, configuration()["data"]["test"]))
        holds = loaded == ours[0]
        print(f"{name:<13}seed 1 of repro, loaded into PyTorch: {100 * loaded:.2f} %{'' if holds else ', which is another'}")
    peer.stdin.close()
    peer.wait()
    spreads = [statistics.stdev(values) if len(values) > 1 else 0.0 for values in (ours, theirs)]
    for program, values, spread in (("repro", ours, spreads[0]), ("PyTorch", theirs, spreads[1])):
        each = " ".join(f"{100 * value:6.2f}" for value in values)
        print(f"{name:<13}{program:<9}{100 * statistics.mean(values):6.2f} % ± {100 * spread:.2f}   {each}", flush=True)
    return holds and statistics.mean(ours) >= statistics.mean(theirs) - math.hypot(*spreads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repro", default=".build/release/repro")
    parser.add_argument("--seeds", type=int, default=5, help="seeds 1 to N of each program")
    parser.add_argument("--python", help="an interpreter that has PyTorch; none is installed then")
    parser.add_argument("--embeddings", choices=["uniform", "normal"], default="uniform", help="how PyTorch's start")
    parser.add_argument("--trec", help="folder of train.tsv and test.tsv")
    parser.add_argument("--ewt", help="folder of dev.conllu and test.conllu")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve()
    cases = [("trec", options.trec)] if options.trec else []
    cases += [(name, options.ewt) for name in ("ewt-words", "ewt-affixes")] if options.ewt else []
    if not cases:
        parser.error("name a folder: --trec FOLDER, --ewt FOLDER, or both")
    options.repro = os.path.abspath(options.repro)
    with tempfile.TemporaryDirectory() as work:
        python = options.python or bench_peers.environment(work)
        results = [compared(name, os.path.abspath(folder), options, python, work) for name, folder in cases]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()

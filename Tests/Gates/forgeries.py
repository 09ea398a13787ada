"""Forges committed runs as somebody would who has the program, and holds `repro verify` to what it claims.

A forger changes one place of a run and then computes every digest anew, and goes on from there with `repro resume`, so that all
states after the forged one follow from it. `repro verify` has to catch each forgery when it draws an interval that shows it, and
not otherwise; over all of them, the share that is caught has to be the one that its draws promise; `--all` has to catch every one.
Tests/Fixtures/verify_chain.py, which computes no step, has to catch those that the chain alone shows, and no others.
usage: forgeries.py REPRO [COUNT [SEED]]
"""
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Fixtures"))
import verify_chain as chains

REPRO = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("REPRO_")}
EPOCHS, STEPS_PER_EPOCH, BATCH = 3, 8, 8

CONFIG = {
    "name": "forged", "task": "classification",
    "data": {"format": "ends", "minimumLength": 2, "maximumLength": 6, "train": 64, "test": 20, "classes": 3, "letters": 5},
    "model": {"cell": "gru", "layers": 2, "embedding": 6, "hidden": 8, "dropout": 0.25},
    "training": {"optimizer": "adamw", "learningRate": 0.01, "batchSize": BATCH, "epochs": EPOCHS}}
STEPS = EPOCHS * STEPS_PER_EPOCH


def command(*words):
    return subprocess.run([REPRO, *words], env=ENVIRONMENT, capture_output=True, text=True)


def succeed(*words):
    ending = command(*words)
    if ending.returncode != 0:
        raise SystemExit(f"forgeries: {' '.join(words)} ends with {ending.returncode}\n{ending.stdout}{ending.stderr}")
    return ending.stdout


class Run:
    """A run directory that can be changed as its owner can."""

    def __init__(self, path):
        self.path = path
        self.folder = os.path.join(path, "checkpoints")

    def json(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as file:
            return json.load(file)

    def write_json(self, name, value):
        with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False)

    def state(self, step):
        return chains.read_safetensors(chains.state_path(self.folder, step))

    def write_state(self, step, metadata, tensors):
        """Writes a state with the digest that it has now. Returns the digest."""
        digest = chains.state_digest(metadata, tensors)
        write_safetensors(chains.state_path(self.folder, step), {**metadata, "digest": digest.hex()}, tensors)
        return digest

    def commit(self, states, root=None):
        """Writes a chain of (step, digest) and of the end, every link computed anew."""
        with open(os.path.join(self.folder, "experiment.json"), "rb") as file:
            link = chains.run_digest(chains.read_json(file.read()))
        chain = {"schema": 1, "format": "repro.chain.1", "run": link.hex(), "links": []}
        for step, state in states:
            link = chains.step_link(step, link, bytes.fromhex(state))
            chain["links"].append({"step": step, "state": state, "link": link.hex()})
        if root:
            chain["root"], chain["head"] = root, chains.head_link(link, bytes.fromhex(root)).hex()
        self.write_json("checkpoints/chain.json", chain)

    def links(self):
        chain = self.json("checkpoints/chain.json")
        return [(link["step"], link["state"]) for link in chain["links"]], chain.get("root")

    def go_on(self, step, metadata, tensors):
        """Puts a state in the place of the one after a step, and trains from it to the end, as whoever made the run can."""
        for later in range(step, STEPS + 1):
            os.remove(chains.state_path(self.folder, later))
        for name in ("run.json", "model.safetensors", "outputs.safetensors", "metrics.csv", "confusion.csv"):
            os.remove(os.path.join(self.path, name))
        links, _ = self.links()
        digest = self.write_state(step, metadata, tensors)
        self.commit(links[:step] + [(step, digest.hex())])
        succeed("resume", self.path, "--threads", "1", "--quiet")
        found, root = self.links()
        if len(found) != STEPS + 1 or found[step] != (step, digest.hex()) or not root:
            raise SystemExit("forgeries: the forger's own run did not come to its end")


def write_safetensors(path, metadata, tensors):
    header, body = {"__metadata__": metadata}, b""
    for name, (element, shape, data) in tensors.items():
        header[name] = {"dtype": element, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def changed(data, rng):
    """Binary32 numbers, one of them a little larger."""
    place = 4 * rng.randrange(len(data) // 4)
    number = struct.unpack("<f", data[place:place + 4])[0]
    number = number * (1 + 2 ** -rng.randrange(1, 20)) + 2.0 ** -20
    return data[:place] + struct.pack("<f", number) + data[place + 4:]


def with_changed_weight(tensors, rng):
    name = rng.choice([name for name in tensors if name.startswith("parameter.")])
    element, shape, data = tensors[name]
    return {**tensors, name: (element, shape, changed(data, rng))}


def with_weights(tensors, others):
    return {name: others[name] if name.startswith(("parameter.", "optimizer.")) else tensors[name] for name in tensors}


def renamed(stage, name):
    """A stage under another name, its digest computed anew from its tensors."""
    leaves = [bytes.fromhex(leaf["digest"]) for leaf in stage["leaves"]]
    return {**stage, "name": name, "digest": chains.node(name, leaves, bytes.fromhex(stage["streams"])).hex()}


def with_last_step(metadata, step, stage):
    """The stages that keep their tensors, the last step's another one."""
    stages = json.loads(metadata["stages"])
    stages = [found for found in stages if found["name"] != f"step {step:06}"] + [renamed(stage, f"step {step:06}")]
    return {**metadata, "stages": json.dumps(stages, ensure_ascii=False, separators=(",", ":"))}


def inner_step(rng):
    """A step after which its epoch goes on, and that is not the run's first."""
    return rng.choice([step for step in range(2, STEPS) if step % STEPS_PER_EPOCH not in (0, 1)])


# Each forges a run and returns the intervals that show it (interval i leads from the state after i steps to the next one; the
# last one to the end), nothing where the chain's digests show it without computing, and whether the chain alone shows it.


def changed_weight(run, rng, other):
    step = rng.randrange(1, STEPS + 1)
    metadata, tensors = run.state(step)
    run.go_on(step, metadata, with_changed_weight(tensors, rng))
    return {step - 1}, False


def changed_file(run, rng, other):
    step = rng.randrange(0, STEPS + 1)
    metadata, tensors = run.state(step)
    run.write_state(step, metadata, with_changed_weight(tensors, rng))
    # What comes before the first step is always computed, and the state after it looked at.
    return (set(range(STEPS + 1)) if step == 0 else {step - 1, step}), True


def step_left_out(run, rng, other):
    """The state after a step with the next position, loss and stage: its batch was never trained on."""
    step = inner_step(rng)
    metadata, tensors = run.state(step - 1)
    stage = [stage for stage in json.loads(metadata["stages"]) if stage["name"] == f"step {step - 2:06}"][0]
    tensors = dict(tensors)
    position = list(struct.unpack("<5q", tensors["position"][2]))
    position[0], position[2], position[3] = step, position[2] + 1, position[3] + BATCH
    tensors["position"] = ("I64", [5], struct.pack("<5q", *position))
    losses = tensors["losses"][2]
    tensors["losses"] = ("F32", [step], losses + changed(losses[-4:], rng))
    epochs = tensors["losses.epoch"][2]
    tensors["losses.epoch"] = ("I64", [step], epochs + epochs[-8:])
    run.go_on(step, with_last_step(metadata, step - 1, stage), tensors)
    return {step - 1}, False


def another_order(run, rng, other):
    """A step on another batch of its epoch, entered under its own number."""
    step = inner_step(rng)
    epoch = (step - 1) // STEPS_PER_EPOCH
    wrong = rng.choice([s for s in range(epoch * STEPS_PER_EPOCH + 1, (epoch + 1) * STEPS_PER_EPOCH - 1) if s != step - 1])
    aside = Run(run.path + "-aside")
    shutil.copytree(run.path, aside.path)
    metadata, tensors = run.state(wrong)
    aside.go_on(wrong, metadata, with_weights(tensors, run.state(step - 1)[1]))
    metadata, trained = aside.state(wrong + 1)
    shutil.rmtree(aside.path)
    stage = [stage for stage in json.loads(metadata["stages"]) if stage["name"] == f"step {wrong:06}"][0]
    metadata, tensors = run.state(step)
    tensors = with_weights(tensors, trained)
    tensors["losses"] = ("F32", [step], tensors["losses"][2][:-4] + trained["losses"][2][-4:])
    run.go_on(step, with_last_step(metadata, step - 1, stage), tensors)
    return {step - 1}, False


def anothers_state(run, rng, other):
    step = rng.randrange(1, STEPS + 1)
    metadata, tensors = run.state(step)
    run.go_on(step, metadata, with_weights(tensors, other.state(step)[1]))
    return {step - 1}, False


def edited_chain(run, rng, other):
    """Another digest in the chain, and nothing else."""
    chain = run.json("checkpoints/chain.json")
    entry = rng.choice([*chain["links"], chain])
    key = rng.choice(["root", "head", "run"] if entry is chain else ["state", "link"])
    digits = list(entry[key])
    place = rng.randrange(64)
    digits[place] = rng.choice([digit for digit in "0123456789abcdef" if digit != digits[place]])
    entry[key] = "".join(digits)
    run.write_json("checkpoints/chain.json", chain)
    return None, True


def rewritten_chain(run, rng, other):
    """The digest of a state that nobody keeps is another one, and every later link follows."""
    links, root = run.links()
    step = rng.randrange(1, STEPS + 1)
    links[step] = (step, rng.randbytes(32).hex())
    os.remove(chains.state_path(run.folder, step))
    run.commit(links, root)
    return {step - 1, step}, False


def end_result(run, record):
    """Enters a changed record: every digest above what was changed, the chain's end and the files' metadata follow."""
    record["stages"] = [renamed(stage, stage["name"]) if "leaves" in stage else stage for stage in record["stages"]]
    record["digest"] = chains.node("run", [bytes.fromhex(stage["digest"]) for stage in record["stages"]]).hex()
    run.write_json("run.json", record)
    for name in ("model.safetensors", "outputs.safetensors"):
        metadata, tensors = chains.read_safetensors(os.path.join(run.path, name))
        write_safetensors(os.path.join(run.path, name), {**metadata, "digest": record["digest"]}, tensors)
    run.commit(run.links()[0], record["digest"])


def better_result(run, rng, other):
    """More hits in the evaluation than there were."""
    record = run.json("run.json")
    for leaf in [stage for stage in record["stages"] if stage["name"] == "evaluation"][0]["leaves"]:
        if leaf["name"] == "test.correct":
            leaf["digest"] = chains.tensor("test.correct", "I64", [], struct.pack("<q", 20)).hex()
            leaf["samples"] = [[0, f"{20:016x}"]]
    record["metrics"]["testAccuracy"] = 1
    end_result(run, record)
    return {STEPS}, False


def other_weights(run, rng, other):
    """Weights that were not trained, and a digest tree that ends with them."""
    path = os.path.join(run.path, "model.safetensors")
    metadata, tensors = chains.read_safetensors(path)
    name = rng.choice(list(tensors))
    element, shape, data = tensors[name]
    tensors[name] = (element, shape, changed(data, rng))
    write_safetensors(path, metadata, tensors)
    record = run.json("run.json")
    for leaf in record["stages"][-1]["leaves"]:
        if leaf["name"] == name:
            leaf["digest"] = chains.tensor(name, *tensors[name]).hex()
            for sample in leaf["samples"]:
                sample[1] = f"{struct.unpack_from('<I', tensors[name][2], 4 * sample[0])[0]:08x}"
    end_result(run, record)
    return {STEPS}, False


def swapped_model(run, rng, other):
    """The weights of another run, and nothing else."""
    shutil.copy(os.path.join(other.path, "model.safetensors"), run.path)
    return None, True


KINDS = [changed_weight, step_left_out, another_order, anothers_state, edited_chain, changed_file, rewritten_chain, better_result,
         other_weights, swapped_model]


def fail(case, kind, what, ending):
    raise SystemExit(f"forgeries: case {case} of seed {SEED}, {kind.__name__}: {what}\n{ending.stdout}{ending.stderr}")


def verify_in_python(path):
    return subprocess.run(
        [sys.executable, chains.__file__, path], capture_output=True, text=True)


def main():
    rng = random.Random(SEED)
    caught = drawn_cases = 0
    expected = variance = 0.0
    with tempfile.TemporaryDirectory(prefix="forgeries-") as work:
        with open(work + "/config.json", "w", encoding="utf-8") as file:
            json.dump(CONFIG, file)
        runs = []
        for seed in (1, 2):
            succeed("run", "--config", work + "/config.json", "--seed", str(seed), "--output", f"{work}/run-{seed}", "--quiet",
                    "--checkpoint-every", "1", "--keep-checkpoints", "all", "--threads", "1")
            runs.append(Run(f"{work}/run-{seed}"))
        honest = command("verify", runs[0].path, "--all", "--threads", "1")
        second = verify_in_python(runs[0].path)
        if honest.returncode != 0 or second.returncode != 0:
            fail("honest", main, "the honest run is not believed", honest if honest.returncode else second)
        for case in range(COUNT):
            kind = KINDS[case % len(KINDS)]
            run = Run(f"{work}/forged")
            shutil.copytree(runs[0].path, run.path)
            places, is_in_chain = kind(run, rng, runs[1])

            second = verify_in_python(run.path)
            if second.returncode != (1 if is_in_chain else 0):
                fail(case, kind, f"the Python verifier ends with {second.returncode}", second)
            count, draw = rng.randrange(1, STEPS + 1), rng.randrange(2 ** 64)
            ending = command("verify", run.path, "--intervals", str(count), "--seed", str(draw), "--format", "json", "--threads", "1")
            answer = json.loads(ending.stdout)
            is_caught = ending.returncode == 1
            if is_caught != bool(answer["forged"]) or ending.returncode not in (0, 1):
                fail(case, kind, f"verify ends with {ending.returncode}", ending)
            if places is None:
                if not is_caught:
                    fail(case, kind, "what the digests show without computing is not caught", ending)
            else:
                if is_caught != bool(places & set(answer["drawn"])):
                    fail(case, kind, f"shown by {sorted(places)}, drawn {answer['drawn']}: {'' if is_caught else 'not '}caught", ending)
                share = 1 - math.comb(STEPS + 1 - len(places), count) / math.comb(STEPS + 1, count)
                caught, drawn_cases = caught + is_caught, drawn_cases + 1
                expected, variance = expected + share, variance + share * (1 - share)
            ending = command("verify", run.path, "--all", "--threads", "2")
            if ending.returncode != 1:
                fail(case, kind, "verify --all does not catch it", ending)
            shutil.rmtree(run.path)
    if abs(caught - expected) > 4 * math.sqrt(variance) + 1e-9:
        raise SystemExit(f"forgeries: {caught} of {drawn_cases} were caught by their draws, {expected:.1f} ± {math.sqrt(variance):.1f} promised")
    print(
        f"forgeries: {COUNT} of {len(KINDS)} kinds, each caught by --all and by every draw that shows it, none by another draw; "
        f"draws caught {caught} of {drawn_cases}, and promised {expected:.1f} ± {math.sqrt(variance):.1f}; the Python verifier agrees")


main()

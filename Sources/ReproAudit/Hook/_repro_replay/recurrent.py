"""Asks oneDNN's fused LSTM layer for single gates, by running that very kernel on inputs that leave one gate to be seen.

aten::mkldnn_rnn_layer returns h of every step and the last c, and no gate. A gate is a column of one matrix product, followed by an
activation; the columns of other gates do not enter it. So the kernel itself is run with the step in question first (the other steps
follow, so that all shapes stay what they were), with that step's own input and previous h, and with the weights of the other gates
zero and their biases such that h of that step shows one gate (s is 2^-13, small enough that tanh leaves it as it is):

gate i:  g = tanh(s) = s, c before = 0, o = 1          h = tanh(i*s) = i*s
gate f:  g = tanh(0) = 0, c before = s, o = 1          h = tanh(f*s) = f*s
gate g:  i = sigmoid(-9.01) = s', c before = 0, o = 1  h = tanh(g*s') = g*s'
gate o:  g = 0, f = 1, c before = 100                  h = o*tanh(100) = o

What is compared between two runs is this h: the gate after its activation, times a constant, under the conditions of this process: its
threads, its instruction set. `control` is h where every gate is such a constant; where it differs between the runs, an activation
differs for any input. `faithful` says whether the kernel, run like this with nothing changed, gave the h of the traced run, bit for
bit; null where that cannot be tried, because c of the step before is known only where the kernel repeats itself on fewer steps.
"""

import struct

from _repro_hook.digests import Digests

GATES = "ifgo"
# As many steps up to the first difference in h are looked at, since a gate may part before h shows it.
STEPS = 64
SMALL = 2.0**-13


def knows(event):
    """LSTM layers of oneDNN: argument 9 is the mode, 2 for an LSTM; argument 12 says whether there are biases."""
    if event["name"] != "aten::mkldnn_rnn_layer":
        return False
    args = event["arguments"][0]
    return args[9] == {"int": "2"} and args[12] is True and event["inputs"][0]["dtype"] == "float32"


class Layer:
    """One direction of one layer: its operation and arguments."""

    def __init__(self, operation, args, torch):
        self.operation = operation
        self.args = args
        self.torch = torch
        self.reverse = args[7]
        self.hidden = args[1].shape[0] // 4
        self.length = args[0].shape[0]
        self.reader = Digests(None)

    def time(self, step):
        """The index of a step in the tensors; the reverse direction begins at the end."""
        return self.length - 1 - step if self.reverse else step

    def rest(self, step):
        """The inputs from a step on, in the tensors' order."""
        return self.args[0][: self.time(step) + 1] if self.reverse else self.args[0][step:]

    def begun(self, step):
        """The inputs before a step."""
        return self.args[0][self.time(step) + 1 :] if self.reverse else self.args[0][:step]

    def turned(self, step):
        """All inputs, with this step first in the order of computation and those before it last."""
        parts = [self.begun(step), self.rest(step)] if self.reverse else [self.rest(step), self.begun(step)]
        return self.torch.cat(parts)

    def run(self, inputs, hidden, cell, weights=None):
        """(h of the steps, the last c)"""
        args = list(self.args)
        args[0] = inputs.contiguous()
        if weights is not None:
            args[1:5] = weights
        args[5], args[6] = hidden.reshape(self.args[5].shape), cell.reshape(self.args[6].shape)
        result = self.operation(*args)
        return result[0], result[2]

    def first(self, output):
        return output[-1] if self.reverse else output[0]

    def probe(self, outputs, side):
        """Steps are counted in the order of computation. `steps` ends with the first at which h differs."""
        torch = self.torch
        bits = [outputs[key].view(torch.int32) for key in ("a", "b")]
        apart = [step for step in range(self.length) if not torch.equal(*(b[self.time(step)] for b in bits))]
        if not apart:
            return None
        last = apart[0]
        place = (bits[0][self.time(last)] != bits[1][self.time(last)]).nonzero()[0].tolist()
        own = outputs[side]
        steps = [self.at(step, own) for step in range(max(0, last - STEPS + 1), last + 1)]
        return {"step": last, "time": self.time(last), "batch": place[0], "unit": place[1], "steps": steps}

    def at(self, step, own):
        """Digests of the gates of one step, and their bit patterns as hexadecimal digits, row by row."""
        hidden = own[self.time(step - 1)] if step > 0 else self.args[5].reshape(own.shape[1:])
        inputs = self.turned(step)
        gates = {name: self.gate(name, inputs, hidden) for name in GATES}
        return {
            "step": step,
            "faithful": self.is_faithful(step, own, inputs, hidden),
            "control": self.digest(self.gate("", inputs, hidden)),
            "gates": {name: self.digest(value) for name, value in gates.items()},
            "values": {name: self.patterns(value) for name, value in gates.items()},
        }

    def is_faithful(self, step, own, inputs, hidden):
        cell = self.args[6]
        if step > 0:
            before, cell = self.run(self.begun(step), self.args[5], self.args[6])
            known = own[self.time(step) + 1 :] if self.reverse else own[:step]
            if not self.same(before, known):
                return None
        return self.same(self.first(self.run(inputs, hidden, cell)[0]), own[self.time(step)])

    def gate(self, name, inputs, hidden):
        """What h shows of one gate; of none where the name is empty."""
        size = self.hidden
        weights = [tensor.clone() for tensor in self.args[1:5]]
        biases = {"i": {"g": SMALL, "o": 100.0}, "f": {"o": 100.0}, "g": {"i": -9.01, "o": 100.0}, "o": {"f": 100.0}}
        biases[""] = {"i": -9.01, "g": SMALL, "o": 100.0}
        for index, other in enumerate(GATES):
            if other != name:
                rows = slice(index * size, (index + 1) * size)
                for tensor in weights:
                    tensor[rows] = 0
                weights[2][rows] = biases[name].get(other, 0.0)
        cell = self.torch.full_like(hidden, {"f": SMALL, "o": 100.0, "": SMALL}.get(name, 0.0))
        return self.first(self.run(inputs, hidden, cell, weights)[0])

    def same(self, a, b):
        return bool(self.torch.equal(a.contiguous().view(self.torch.int32), b.contiguous().view(self.torch.int32)))

    def digest(self, tensor):
        return self.reader.tensor(tensor)["digest"]

    def patterns(self, tensor):
        """Bit patterns of binary32 numbers as hexadecimal digits, eight for each."""
        flat = tensor.contiguous().flatten().tolist()
        return "".join("%08x" % struct.unpack("<I", struct.pack("<f", number))[0] for number in flat)

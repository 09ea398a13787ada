"""What the hook of `repro audit` promises, on real programs: python3 Tests/Audit/hook_tests.py

It changes no bit of a program, sees what it says it sees, and survives what programs do. Tests that need PyTorch or NumPy are skipped
where those are missing; the rest runs with Python alone.
"""

import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Sources", "ReproAudit", "Hook")
# A copy, so that Python's byte code does not come to lie among the sources.
COPY = tempfile.TemporaryDirectory()
HOOK = shutil.copytree(SOURCE, os.path.join(COPY.name, "hook"), ignore=shutil.ignore_patterns("__pycache__"))
TORCH = importlib.util.find_spec("torch") is not None
NUMPY = importlib.util.find_spec("numpy") is not None
needs_torch = unittest.skipUnless(TORCH, "PyTorch is missing")
needs_numpy = unittest.skipUnless(NUMPY, "NumPy is missing")

TRAINING = """
    import hashlib, random, torch
    from torch import nn

    torch.manual_seed(42)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(50, 16)
            self.lstm = nn.LSTM(16, 24, num_layers=2, bidirectional=True, batch_first=True, dropout=0.2)
            self.head = nn.Linear(48, 5)

        def forward(self, tokens, scale=None):
            output, _ = self.lstm(self.embedding(tokens))
            return self.head(output.mean(1)) * scale

    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for step in range(3):
        optimizer.zero_grad()
        tokens, labels = torch.randint(0, 50, (8, 12)), torch.randint(0, 5, (8,))
        loss = nn.functional.cross_entropy(net(tokens, scale=torch.tensor(1.5)), labels)
        loss.backward()
        optimizer.step()
    print(hashlib.sha256(b"".join(bytes(p.detach().flatten().view(torch.uint8).tolist()) for p in net.parameters())).hexdigest())
    print(torch.rand(1).item(), torch.get_num_threads(), torch.is_grad_enabled(), random.Random(3).random())
"""


class HookTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.count = 0

    def run_program(self, source, mode="steps", code=0, arguments=(), path=(), **variables):
        """Runs a program below the hook; (stdout, events, folder of the trace)."""
        program = os.path.join(self.folder.name, "program.py")
        with open(program, "w") as file:
            file.write(textwrap.dedent(source))
        self.count += 1
        trace = os.path.join(self.folder.name, "trace-%d" % self.count)
        os.mkdir(trace)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("REPRO_")}
        paths = list(path)
        if mode is not None:
            paths.insert(0, HOOK)
            environment["REPRO_TRACE"] = mode
            environment["REPRO_TRACE_DIRECTORY"] = trace
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        environment.update({name: value for name, value in variables.items()})
        done = subprocess.run(
            [sys.executable, program, *arguments], env=environment, cwd=self.folder.name, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.stderr = done.stderr
        faults = os.path.join(trace, "fault.txt")
        if os.path.exists(faults):
            with open(faults) as file:
                self.fail(file.read())
        return done.stdout, self.events(trace), trace

    @staticmethod
    def events(trace):
        """The events of each process, in the order of files."""
        found = []
        for name in sorted(os.listdir(trace)):
            if name.startswith("process-"):
                with open(os.path.join(trace, name)) as file:
                    found.append([json.loads(line) for line in file])
        return found

    @staticmethod
    def only(events, kind, **fields):
        return [e for e in events if e["event"] == kind and all(e.get(k) == v for k, v in fields.items())]


class WithPythonAlone(HookTest):
    PLAIN = """
        import random, sys
        random.seed(7)
        print(random.random(), sys.path, sys.argv)
    """

    def test_a_program_sees_its_own_path_and_numbers(self):
        plain, _, _ = self.run_program(self.PLAIN, mode=None)
        traced, events, _ = self.run_program(self.PLAIN)
        self.assertEqual(plain, traced)
        seeds = self.only(events[0], "seed", generator="random")
        self.assertEqual([seed["value"] for seed in seeds], ["7"])
        self.assertEqual(seeds[0]["at"]["line"], 3)
        self.assertEqual(events[0][0]["event"], "process")
        self.assertEqual(events[0][-1]["event"], "end")

    def test_the_programs_own_sitecustomize_runs(self):
        own = os.path.join(self.folder.name, "own")
        os.mkdir(own)
        with open(os.path.join(own, "sitecustomize.py"), "w") as file:
            file.write("import sys\nsys.own = 'seen'\n")
        source = "import sys, sitecustomize\nprint(sys.own, sitecustomize.__file__)\n"
        plain, _, _ = self.run_program(source, mode=None, path=[own])
        traced, _, _ = self.run_program(source, path=[own])
        self.assertEqual(plain, traced)
        self.assertIn("seen", traced)

    def test_without_a_trace_nothing_is_armed(self):
        out, events, _ = self.run_program("import sys; print(len(sys.meta_path), '_repro_hook' in sys.modules)", mode="")
        self.assertTrue(out.endswith("False\n"))
        self.assertEqual(events, [])

    def test_exit_codes_and_exceptions_are_the_programs(self):
        _, events, _ = self.run_program("import random; random.seed(1); raise ValueError('mine')", code=1)
        self.assertIn("ValueError: mine", self.stderr)
        self.assertNotIn("repro", self.stderr)
        self.assertEqual(len(self.only(events[0], "seed")), 1)

    def test_what_was_written_survives_os_exit(self):
        _, events, _ = self.run_program("import os, random; random.seed(1); os._exit(5)", code=5)
        self.assertEqual(len(self.only(events[0], "seed")), 1)
        self.assertEqual(self.only(events[0], "end"), [])

    @unittest.skipUnless(hasattr(os, "fork"), "no fork")
    def test_a_forked_child_has_its_own_file_and_identity(self):
        source = """
            import os, random
            random.seed(1)
            for value in (2, 3):
                if os.fork() == 0:
                    random.seed(value)
                    os._exit(0)
                os.wait()
        """
        _, events, _ = self.run_program(source)
        identities = [process[0]["identity"] for process in events]
        self.assertEqual(identities, ["0", "0.1", "0.2"])
        self.assertEqual([self.only(p, "seed")[-1]["value"] for p in events], ["1", "2", "3"])

    def test_a_started_python_is_traced_too(self):
        source = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import random; random.seed(9)'])"
        _, events, _ = self.run_program(source)
        self.assertIn("9", [seed["value"] for process in events for seed in self.only(process, "seed")])

    def test_programs_that_trace_themselves_or_close_every_descriptor(self):
        source = """
            import os, random, sys
            seen = []
            sys.settrace(lambda frame, event, argument: seen.append(event))
            os.closerange(3, 64)
            random.seed(4)
            descriptor = os.open("own", os.O_WRONLY | os.O_CREAT)
            random.seed(5)
            os.close(descriptor)
            print(sys.gettrace() is not None, os.path.getsize("own"))
        """
        out, events, _ = self.run_program(source)
        self.assertEqual(out, "True 0\n")
        self.assertEqual([seed["value"] for seed in self.only(events[0], "seed")], ["4", "5"])

    def test_a_directory_that_is_gone_or_full_stops_no_program(self):
        source = "import os, random, shutil; shutil.rmtree(os.environ['REPRO_TRACE_DIRECTORY']); random.seed(1); print('on')"
        program = os.path.join(self.folder.name, "gone.py")
        with open(program, "w") as file:
            file.write(source)
        trace = os.path.join(self.folder.name, "gone")
        os.mkdir(trace)
        environment = dict(os.environ, PYTHONPATH=HOOK, REPRO_TRACE="steps", REPRO_TRACE_DIRECTORY=trace)
        done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "on\n", ""))
        self.assertFalse(os.path.exists(trace))

    def test_the_limit_cuts_the_trace_and_says_so(self):
        source = "import random\nfor i in range(100): random.seed(i)\nprint('whole')"
        out, events, _ = self.run_program(source, REPRO_TRACE_LIMIT="4000")
        self.assertEqual(out, "whole\n")
        self.assertEqual(events[0][-1], {"event": "cut", "why": "limit", "limit": 4000})

    def test_files_in_order_and_seeds(self):
        for name in "cab":
            open(os.path.join(self.folder.name, name), "w").close()
        source = """
            import glob, os, pathlib, random
            print([n for n in os.listdir('.') if len(n) == 1], glob.glob('[abc]'), random.random())
            print([p.name for p in pathlib.Path('.').iterdir() if len(p.name) == 1])
            with os.scandir('.') as entries: print([e.name for e in entries if len(e.name) == 1])
        """
        runs = {self.run_program(source, REPRO_REMEDY="files=sorted,seed=3")[0] for _ in range(2)}
        self.assertEqual(len(runs), 1)
        self.assertEqual(runs.pop().count("['a', 'b', 'c']"), 4)


class WithNumPy(HookTest):
    @needs_numpy
    def test_calls_of_the_program_are_seen_with_inputs_outputs_and_generators(self):
        source = """
            import numpy as np
            from numpy.random import default_rng
            np.random.seed(1)
            generator = default_rng(5)
            a = np.random.rand(4, 4)
            b = generator.normal(size=(4, 4))
            print(np.dot(a, b).sum(), np.linalg.inv(a)[0, 0], np.sum(b), isinstance(generator, np.random.Generator))
            generator.shuffle(b); print(b[0], generator)
        """
        plain, _, _ = self.run_program(source, mode=None)
        for mode in ("steps", "operations"):
            traced, events, _ = self.run_program(source, mode=mode)
            self.assertEqual(plain.split(" at 0x")[0], traced.split(" at 0x")[0])
            names = [operation["name"] for operation in self.only(events[0], "operation")]
            self.assertEqual(
                names,
                ["numpy.random.rand", "numpy.random.Generator.normal", "numpy.dot", "numpy.linalg.inv", "numpy.sum"]
                + ["numpy.random.Generator.shuffle"],
            )
            self.assertEqual([s["value"] for s in self.only(events[0], "seed")], ["1", "5"])


class WithPyTorch(HookTest):
    @needs_torch
    def test_a_traced_run_ends_in_the_bits_of_an_untraced_one(self):
        plain, _, _ = self.run_program(TRAINING, mode=None)
        for mode in ("steps", "operations"):
            traced, events, _ = self.run_program(TRAINING, mode=mode, REPRO_TRACE_KEEP="100000000")
            self.assertEqual(plain, traced, mode)
            whats = [event["what"] for event in self.only(events[0], "state", step=1)]
            self.assertEqual(
                whats, ["generators", "batch", "output", "loss", "gradients", "parameters", "optimizer", "generators"]
            )

    @needs_torch
    def test_operations_have_module_line_and_kept_tensors(self):
        _, events, trace = self.run_program(
            TRAINING, mode="operations", REPRO_TRACE_STEP="1", REPRO_TRACE_KEEP="100000000"
        )
        operations = self.only(events[0], "operation")
        self.assertEqual({operation["step"] for operation in operations}, {1})
        layers = [o for o in operations if o["name"] == "aten::mkldnn_rnn_layer"]
        for layer in layers:
            self.assertEqual((layer["module"], layer["kind"], layer["at"]["function"]), ("Net.lstm", "LSTM", "forward"))
        backward = [o for o in operations if "node" in o]
        self.assertTrue(any(o["module"] == "Net.head" and o["forward"]["function"] == "forward" for o in backward))
        self.assertTrue(all(o["at"]["function"] == "<module>" for o in backward))
        for operation in operations:
            for tensor in operation["inputs"] + operation["outputs"]:
                if tensor.get("kept"):
                    self.assertTrue(os.path.exists(os.path.join(trace, "kept", tensor["digest"])))

    @needs_torch
    def test_workers_of_a_data_loader_leave_files_of_their_own(self):
        source = """
            import torch
            from torch.utils.data import DataLoader
            torch.manual_seed(1)
            loader = DataLoader(torch.arange(16.0), batch_size=4, shuffle=True, num_workers=2)
            print(torch.stack(list(loader)))
        """
        plain, _, _ = self.run_program(source, mode=None)
        traced, events, _ = self.run_program(source, mode="operations")
        self.assertEqual(plain, traced)
        self.assertEqual(sorted(process[0]["identity"] for process in events), ["0", "0.1", "0.2"])
        for process in events[1:]:
            self.assertTrue(self.only(process, "seed", generator="torch"))
            self.assertEqual(self.only(process, "operation"), [])

    @needs_torch
    def test_programs_with_modes_exceptions_and_compiled_parts_go_on(self):
        source = """
            import torch
            from torch.utils.flop_counter import FlopCounterMode
            layer = torch.nn.Linear(3, 3)
            class Bad(torch.nn.Module):
                def forward(self, x): raise KeyError("mine")
            try: Bad()(torch.ones(1, 3))
            except KeyError as error: print(error)
            with FlopCounterMode(display=False) as counter: layer(torch.ones(1, 3))
            print(counter.get_total_flops())
            traced = torch.jit.trace(layer, torch.ones(1, 3))
            print(torch.func.vmap(layer)(torch.zeros(2, 3)).shape, torch.equal(traced(torch.ones(1, 3)), layer(torch.ones(1, 3))))
            with torch.inference_mode(): print(layer(torch.ones(1, 3)).requires_grad)
        """
        plain, _, _ = self.run_program(source, mode=None)
        for mode in ("steps", "operations"):
            self.assertEqual(plain, self.run_program(source, mode=mode)[0])

    @needs_torch
    def test_remedies_take_effect(self):
        source = """
            import torch
            torch.set_num_threads(2)
            from torch.utils.data import DataLoader
            loader = DataLoader(torch.arange(8.0), shuffle=True, num_workers=2)
            print(torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.backends.mkldnn.enabled)
            print(loader.num_workers, loader.generator is not None, loader.worker_init_fn is not None, torch.initial_seed())
        """
        remedy = "threads=1,deterministic,mkldnn=off,workers=%s,seed=11"
        out, _, trace = self.run_program(source, REPRO_REMEDY=remedy % "seeded")
        self.assertEqual(out, "1 True False\n2 True True 11\n")
        with open(os.path.join(trace, "remedies.txt")) as file:
            self.assertLessEqual({"threads", "deterministic", "mkldnn", "workers", "seed torch"}, set(file.read().split("\n")))
        self.assertTrue(self.run_program(source, REPRO_REMEDY=remedy % "0")[0].startswith("1 True False\n0 "))


class Replays(HookTest):
    @needs_torch
    def test_a_kept_lstm_layer_is_replayed_and_its_gates_are_told(self):
        _, events, trace = self.run_program(TRAINING, mode="operations", REPRO_TRACE_KEEP="100000000")
        layers = [o for o in self.only(events[0], "operation") if o["name"] == "aten::mkldnn_rnn_layer"]
        if not layers:
            self.skipTest("this PyTorch has no oneDNN layer")
        for index, layer in enumerate(layers):
            before = events[0][: events[0].index(layer)]
            conditions = self.only(before, "conditions")[-1]
            answer = self.replay(trace, layer, conditions, index)
            self.assertEqual(
                [o["digest"] for o in answer["outputs"][:3]], [o["digest"] for o in layer["outputs"][:3]]
            )
            # The planted difference stands in the third step, row 2, unit 5, of the other side.
            found = answer["recurrent"]
            self.assertEqual((found["step"], found["batch"], found["unit"]), (2, 2, 5))
            tried = [step["faithful"] for step in found["steps"] if step["faithful"] is not None]
            self.assertTrue(tried and all(tried), tried)
            self.check_gates(trace, layer, found)

    def replay(self, trace, layer, conditions, index):
        import hashlib
        import struct

        described = layer["outputs"][0]
        with open(os.path.join(trace, "kept", described["digest"]), "rb") as file:
            data = bytearray(file.read())
        length, rows, units = described["shape"]
        time = length - 1 - 2 if layer["arguments"][0][7] else 2
        place = 4 * ((time * rows + 2) * units + 5)
        struct.pack_into("<I", data, place, struct.unpack_from("<I", data, place)[0] + 1)
        digest = hashlib.sha256(b"float32;%d,%d,%d;" % (length, rows, units) + data).hexdigest()
        with open(os.path.join(trace, "kept", digest), "wb") as file:
            file.write(data)
        other = [dict(described, digest=digest)]
        capsule = {"operation": layer, "outputs": {"a": layer["outputs"], "b": other}}
        capsule["conditions"] = {"a": conditions, "b": conditions}
        with open(os.path.join(trace, "capsule.json"), "w") as file:
            json.dump(capsule, file)
        result = os.path.join(trace, "result-%d.json" % index)
        script = os.path.join(HOOK, "_repro_replay", "replay.py")
        subprocess.run([sys.executable, script, trace, "a", result], check=True)
        with open(result) as file:
            return json.load(file)

    def check_gates(self, trace, layer, found):
        """The gates of the first step against the formula in binary64, and c and h against the gates."""
        import struct

        import torch

        def kept(index):
            described = layer["inputs"][index]
            with open(os.path.join(trace, "kept", described["digest"]), "rb") as file:
                return torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(described["shape"]).double()

        inputs, w_ih, w_hh, b_ih, b_hh = (kept(index) for index in range(5))
        first = inputs[-1] if layer["arguments"][0][7] else inputs[0]
        self.assertEqual(found["steps"][0]["step"], 0)
        wanted = (first @ w_ih.T + b_ih + b_hh).chunk(4, 1)
        for name, gate in zip("ifgo", wanted):
            gate = torch.tanh(gate) if name == "g" else torch.sigmoid(gate)
            digits = found["steps"][0]["values"][name]
            words = [digits[place : place + 8] for place in range(0, len(digits), 8)]
            values = torch.tensor([struct.unpack(">f", bytes.fromhex(word))[0] for word in words])
            scale = {"i": 2.0**-13, "f": 2.0**-13, "g": 1 / (1 + math.exp(9.01)), "o": 1.0}[name]
            self.assertLess((values.double() / scale - gate.flatten()).abs().max().item(), 1e-6, name)


if __name__ == "__main__":
    unittest.main()

"""Applies remedies that `repro audit` tries, as the modules that they concern are imported.

REPRO_REMEDY lists them, separated by commas:

threads=N        PyTorch computes with N threads; a later torch.set_num_threads of the program has no effect
deterministic    torch.use_deterministic_algorithms(True), which also fills fresh tensors
mkldnn=off       torch.backends.mkldnn.enabled = False: PyTorch's own kernels instead of oneDNN's
seed=N           `random`, NumPy's global generator and PyTorch are seeded after import; default_rng() without a seed gets N
workers=0        each DataLoader loads in the process itself
workers=seeded   each DataLoader without a generator or worker_init_fn gets ones that are seeded
files=sorted     os.listdir, os.scandir and what rests on them (glob, pathlib) give names in order

What took effect is written to `remedies.txt` in the trace directory, a remedy a line. Remedies of the environment alone
(ATEN_CPU_CAPABILITY, PYTHONHASHSEED, …) need no hook.
"""

import functools
import os

from .imports import note


class Remedies:
    """The remedies by name, and the values that they were given."""

    def __init__(self, text):
        pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
        self.wanted = {name: value for name, _, value in pairs}

    def arm(self, watch):
        wanted = self.wanted
        if wanted.get("files") == "sorted":
            self.apply("files", self.sort_files)
        if "seed" in wanted:
            seed = int(wanted["seed"])
            watch.when("random", lambda module: self.apply("seed random", lambda: module.seed(seed)))
            watch.when("numpy.random", lambda module: self.apply("seed numpy.random", lambda: self.seed_numpy(module)))
            watch.when("torch", lambda module: self.apply("seed torch", lambda: module.manual_seed(seed)))
        if "threads" in wanted:
            watch.when("torch", lambda module: self.apply("threads", lambda: self.fix_threads(module)))
        if "deterministic" in wanted:
            watch.when(
                "torch", lambda module: self.apply("deterministic", lambda: module.use_deterministic_algorithms(True))
            )
        if wanted.get("mkldnn") == "off":
            watch.when("torch", lambda module: self.apply("mkldnn", lambda: self.no_mkldnn(module)))
        if wanted.get("workers") in ("0", "seeded"):
            watch.when(
                "torch.utils.data.dataloader",
                lambda module: self.apply("workers", lambda: self.change_loaders(module.DataLoader)),
            )

    def apply(self, name, action):
        """Runs an action and notes that it took effect."""
        try:
            action()
        except Exception as fault:
            note(fault)
            return
        folder = os.environ.get("REPRO_TRACE_DIRECTORY", "")
        if os.path.isabs(folder) and os.path.isdir(folder):
            with open(os.path.join(folder, "remedies.txt"), "a") as file:
                file.write(name + "\n")

    def fix_threads(self, torch):
        original, count = torch.set_num_threads, int(self.wanted["threads"])
        original(count)

        @functools.wraps(original)
        def set_num_threads(_):
            original(count)

        torch.set_num_threads = set_num_threads

    @staticmethod
    def no_mkldnn(torch):
        torch.backends.mkldnn.enabled = False

    def seed_numpy(self, module):
        seed = int(self.wanted["seed"])
        module.seed(seed)
        original = module.default_rng

        @functools.wraps(original)
        def default_rng(given=None):
            return original(seed if given is None else given)

        module.default_rng = default_rng

    def change_loaders(self, loader):
        original, way = loader.__init__, self.wanted["workers"]

        @functools.wraps(original)
        def initialize(self, *args, **kwargs):
            # num_workers is the sixth positional argument after the data set is counted as the first.
            if way == "0":
                args = args[:5] + (0,) + args[6:] if len(args) > 5 else args
                if len(args) <= 5:
                    kwargs["num_workers"] = 0
                    for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context"):
                        kwargs.pop(name, None)
            else:
                import torch

                kwargs["generator"] = kwargs.get("generator") or torch.Generator().manual_seed(0)
                kwargs["worker_init_fn"] = kwargs.get("worker_init_fn") or seed_worker
            original(self, *args, **kwargs)

        loader.__init__ = initialize

    @staticmethod
    def sort_files():
        listdir, scandir = os.listdir, os.scandir

        @functools.wraps(listdir)
        def sorted_listdir(*args, **kwargs):
            return sorted(listdir(*args, **kwargs))

        class Sorted:
            """What os.scandir returns, in the order of names."""

            def __init__(self, *args, **kwargs):
                with scandir(*args, **kwargs) as entries:
                    self.entries = iter(sorted(entries, key=lambda entry: entry.name))

            def __iter__(self):
                return self

            def __next__(self):
                return next(self.entries)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self.close()

            def close(self):
                self.entries = iter(())

        os.listdir = sorted_listdir
        os.scandir = Sorted


def seed_worker(_):
    """PyTorch's recipe of its notes on reproducibility: the worker's seed for NumPy and `random` too."""
    import random
    import sys

    import torch

    seed = torch.initial_seed() % 2**32
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)

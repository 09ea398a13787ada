"""Reads the states of random-number generators, and notes who seeds them; draws nothing and seeds nothing.

Known generators: Python's `random`, NumPy's global one, what numpy.random.default_rng returned to the program, and PyTorch's
default one. A generator that the program makes from its class (numpy.random.Generator, RandomState, torch.Generator) is seen only
where an operation is given it.
"""

import functools
import sys

from . import digests


class Generators:
    """The states by name, as SHA-256, and the events of seeding."""

    def __init__(self, session):
        self.session = session
        self.made = []

    def states(self):
        """Digests by name; of modules that the program has imported alone."""
        found = {}
        modules = sys.modules
        if "random" in modules:
            found["random"] = digests.of_text(repr(modules["random"].getstate()))
        if "numpy.random" in modules and hasattr(modules["numpy.random"], "get_state"):
            found["numpy.random"] = self.numpy_state(modules["numpy.random"].get_state(legacy=False))
        for index, bits in enumerate(self.made):
            found["numpy.random.default_rng[%d]" % index] = self.numpy_state(bits.state)
        torch = modules.get("torch")
        if torch is not None and hasattr(torch, "default_generator"):
            found["torch"] = self.torch_state(torch.default_generator)
        return found

    def name(self, bits):
        """What a bit generator that default_rng made is called here."""
        for index, known in enumerate(self.made):
            if known is bits:
                return "numpy.random.default_rng[%d]" % index
        return "numpy.random.Generator"

    def torch_state(self, generator):
        return self.session.digests.tensor(generator.get_state())["digest"]

    @staticmethod
    def numpy_state(state):
        """Dictionaries of integers, texts and small arrays, in the order of their keys."""
        parts = []
        for name, leaf in digests.leaves(state):
            data = leaf.tobytes().hex() if hasattr(leaf, "tobytes") else repr(leaf)
            parts.append("%s=%s" % (name, data))
        return digests.of_text(";".join(sorted(parts)))

    def arm(self, watch):
        watch.when("random", self.random_ready)
        watch.when("numpy.random", self.numpy_ready)
        watch.when("torch", self.torch_ready)

    def random_ready(self, module):
        self.wrap(module, "seed", "random")
        self.found("random")

    def torch_ready(self, torch):
        self.wrap(torch, "manual_seed", "torch")
        self.wrap(torch, "seed", "torch")
        self.found("torch")

    def found(self, name):
        """The state before the program's first draw: what is later compared with it tells whether anybody drew."""
        states = self.session.aside(self.states) or {}
        self.session.event("state", what="generators", tensors={name: states.get(name)})

    def numpy_ready(self, module):
        self.wrap(module, "seed", "numpy.random")
        original = module.default_rng
        known = 64

        @functools.wraps(original)
        def default_rng(seed=None):
            generator = original(seed)
            if all(generator.bit_generator is not bits for bits in self.made) and len(self.made) < known:
                self.made.append(generator.bit_generator)
                self.seeded("numpy.random.default_rng[%d]" % (len(self.made) - 1), (seed,), {})
            return self.session.arrays.generator(generator)

        module.default_rng = default_rng
        self.found("numpy.random")

    def wrap(self, module, name, generator):
        original = getattr(module, name, None)
        if original is None:
            return

        @functools.wraps(original)
        def seed(*args, **kwargs):
            result = original(*args, **kwargs)
            self.seeded(generator, args, kwargs)
            return result

        setattr(module, name, seed)

    def seeded(self, generator, args, kwargs):
        """An event that says which generator was seeded, from what, and where; `None` is the operating system's entropy."""
        values = list(args) + list(kwargs.values())
        value = repr(values[0])[:200] if values else "None"
        if " at 0x" in value:
            value = type(values[0]).__name__
        states = self.session.aside(self.states) or {}
        self.session.event("seed", generator=generator, value=value, digest=states.get(generator))

"""What the parts of the hook share in one process: the trace, the count of steps and passes, and the clock of events."""

import threading

from . import arrays, digests, generators, steps
from .imports import note


class Session:
    """A step ends with each step of an optimiser; a pass is a forward pass of an outermost module within a step.

    Step 0 begins with the program, so it holds the initialisation, the first forward and backward pass and the first update.
    """

    def __init__(self, settings, trace, places):
        self.settings = settings
        self.trace = trace
        self.places = places
        self.step = 0
        self.passes = 0
        self.index = 0
        self.local = threading.local()
        self.digests = digests.Digests(trace)
        self.generators = generators.Generators(self)
        self.arrays = arrays.Arrays(self)
        self.steps = steps.Steps(self)
        self.operations = None

    def arm(self, watch):
        self.generators.arm(watch)
        self.arrays.arm(watch)
        watch.when("torch", self.torch_ready)

    def torch_ready(self, torch):
        self.trace.write(
            "library",
            name="torch",
            version=str(torch.__version__),
            threads=torch.get_num_threads(),
            capability=torch.backends.cpu.get_cpu_capability(),
        )
        self.steps.ready(torch)
        if self.settings.mode == "operations":
            from . import operations

            self.operations = operations.traced(self, torch)

    @property
    def traces_operations(self):
        """Whether the events of now belong to the window that was asked for."""
        return (
            self.settings.mode == "operations"
            and self.step == self.settings.step
            and self.passes >= self.settings.first_pass
            and not self.trace.is_child
        )

    @property
    def quiet(self):
        """Whether the hook itself is at work in this thread; what it calls is not traced."""
        return getattr(self.local, "quiet", False)

    def next_index(self):
        index = self.index
        self.index += 1
        return index

    def keeps(self, index):
        """Whether tensors of this operation are kept."""
        only = self.settings.only
        return self.settings.keep > 0 and (only is None or only(index))

    def event(self, event, **fields):
        self.trace.write(event, step=self.step, **{"pass": self.passes}, at=self.places.here(2), **fields)

    def aside(self, function, *args):
        """Calls a function of the hook: untraced itself, and without an effect on the program where it fails."""
        before = self.quiet
        self.local.quiet = True
        try:
            return function(*args)
        except Exception as fault:
            note(fault)
            return None
        finally:
            self.local.quiet = before

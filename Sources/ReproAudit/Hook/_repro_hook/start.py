"""Decides from the environment what this process traces, and arms it; imported once, by sitecustomize.

REPRO_TRACE            `steps`: states step by step; `operations`: also every operation of one step; `inventory`: at the end, files and
                       packages alone; absent: no trace
REPRO_TRACE_DIRECTORY  absolute path of an existing folder; nothing is written anywhere else
REPRO_TRACE_STEP       operations: the step that is traced, counted from 0 (default 0)
REPRO_TRACE_PASS       operations: the first outermost forward pass of that step that is traced (default 0)
REPRO_TRACE_LIMIT      bytes of events that one process may write (default 256 MiB)
REPRO_TRACE_KEEP       operations: bytes of tensors that one process may keep (default 0: none)
REPRO_TRACE_ONLY       operations: keep tensors of these operations alone, e.g. `12,40-44`
REPRO_REMEDY           remedies, e.g. `threads=1,deterministic`; see remedies.py
"""

import os

from . import events, imports, places


class Settings:
    """The environment of the hook, read once."""

    def __init__(self, environment):
        self.mode = environment.get("REPRO_TRACE", "")
        self.directory = environment.get("REPRO_TRACE_DIRECTORY", "")
        self.step = _number(environment.get("REPRO_TRACE_STEP"), 0)
        self.first_pass = _number(environment.get("REPRO_TRACE_PASS"), 0)
        self.limit = _number(environment.get("REPRO_TRACE_LIMIT"), 256 << 20)
        self.keep = _number(environment.get("REPRO_TRACE_KEEP"), 0)
        self.only = _ranges(environment.get("REPRO_TRACE_ONLY"))
        self.remedy = environment.get("REPRO_REMEDY", "")

    @property
    def traces(self):
        return (
            self.mode in ("steps", "operations") and os.path.isabs(self.directory) and os.path.isdir(self.directory)
        )


def arm(folder):
    """Registers what is to happen when the program imports `random`, NumPy or PyTorch."""
    settings = Settings(os.environ)
    watch = imports.Watch()
    if settings.remedy:
        from . import remedies

        remedies.Remedies(settings.remedy).arm(watch)
    if settings.mode == "inventory" and settings.directory:
        from . import inventory

        inventory.Inventory(settings.directory).arm()
    if settings.traces:
        trace = events.Trace(settings)
        locate = places.Places(folder)
        from . import session

        session.Session(settings, trace, locate).arm(watch)
    watch.arm()


def _number(text, otherwise):
    return int(text) if text and text.isdigit() else otherwise


def _ranges(text):
    """`12,40-44` as a predicate; None where nothing is said."""
    if not text:
        return None
    pairs = [part.split("-") for part in text.split(",")]
    spans = [(int(pair[0]), int(pair[-1])) for pair in pairs]
    return lambda index: any(low <= index <= high for low, high in spans)

"""Calls functions when the program has imported a module, and imports nothing itself.

A finder stands first on sys.meta_path. For a watched module it asks the other finders, and lets the loader that they name do its
work; only then are the functions called. The finder leaves sys.meta_path when every watched module was seen.
"""

import sys


class Watch:
    """Functions by the name of the module that they wait for, called with the module in the order of registration."""

    def __init__(self):
        self.waiting = {}
        self.busy = set()

    def when(self, name, function):
        self.waiting.setdefault(name, []).append(function)

    def arm(self):
        for name in [name for name in self.waiting if name in sys.modules]:
            self.ready(name, sys.modules[name])
        if self.waiting:
            sys.meta_path.insert(0, self)

    def ready(self, name, module):
        for function in self.waiting.pop(name, ()):
            try:
                function(module)
            except Exception as fault:
                note(fault)
        if not self.waiting and self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name, path=None, target=None):
        if name not in self.waiting or name in self.busy:
            return None
        self.busy.add(name)
        try:
            spec = self.found(name, path, target)
        finally:
            self.busy.discard(name)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return spec
        loader, execute = spec.loader, spec.loader.exec_module

        def exec_module(module):
            try:
                del loader.exec_module
            except AttributeError:
                pass
            execute(module)
            self.ready(name, module)

        try:
            loader.exec_module = exec_module
        except AttributeError:  # A loader without attributes of its own, such as the one of built-in modules.
            return None
        return spec

    def found(self, name, path, target):
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


def note(fault):
    """Leaves a fault of the hook in the trace directory; the program does not see it."""
    import os
    import traceback

    folder = os.environ.get("REPRO_TRACE_DIRECTORY", "")
    try:
        if os.path.isdir(folder):
            text = "".join(traceback.format_exception(type(fault), fault, fault.__traceback__))
            with open(os.path.join(folder, "fault.txt"), "a") as file:
                file.write(text + "\n")
    except Exception:
        pass

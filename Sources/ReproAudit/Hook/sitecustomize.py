"""Put on PYTHONPATH by `repro audit`: arms the trace of this process, then lets the program's own sitecustomize run.

Python imports `sitecustomize` once, before the program. This one stands first on the path, takes itself off it again, arms the
hooks of the package beside it, and loads the sitecustomize that would have been found without it. Nothing is imported for the
program's sake: PyTorch and NumPy are looked at when the program imports them. A fault of the hook never reaches the program; it
is written into the trace directory, where `repro` reads it.
"""

import sys


def _arm():
    import os
    import types

    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != folder]
    if not (os.environ.get("REPRO_TRACE") or os.environ.get("REPRO_REMEDY")):
        return
    package = types.ModuleType("_repro_hook")
    package.__path__ = [os.path.join(folder, "_repro_hook")]
    package.__doc__ = "The hook of repro audit."
    sys.modules["_repro_hook"] = package
    from _repro_hook import start

    start.arm(folder)


def _chain():
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None or spec.origin == __file__:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    _arm()
except Exception as fault:  # The program runs as if there were no hook.
    try:
        import os as _os

        with open(_os.path.join(_os.environ["REPRO_TRACE_DIRECTORY"], "fault.txt"), "a") as _file:
            _file.write(repr(fault) + "\n")
    except Exception:
        pass
_chain()

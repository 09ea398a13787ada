"""Tells at the end which files a process read and which packages it imported: REPRO_TRACE=inventory.

`inventory-PID.json` in the trace directory: `python`, the version; `files`, absolute paths that were opened for reading, and the files of
imported modules, none of Python's own; `packages`, names and versions of the distributions that were imported.
"""

import atexit
import json
import os
import sys

from .imports import note


class Inventory:
    """The files of one process, in the order in which they were opened."""

    def __init__(self, directory):
        self.directory = directory
        self.opened = {}
        self.is_over = False

    def arm(self):
        sys.addaudithook(self.saw)
        atexit.register(self.end)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.opened.clear)

    def saw(self, event, arguments):
        if event != "open" or self.is_over:
            return
        path, mode, flags = (list(arguments) + [None, None])[:3]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if isinstance(path, str) and not writes and not (mode and set(str(mode)) & set("wxa+")):
            self.opened.setdefault(os.path.abspath(path))

    def end(self):
        self.is_over = True
        try:
            own = [os.path.realpath(folder) + os.sep for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix}]
            own += ["/proc/", "/sys/", "/dev/", "/etc/", self.directory + os.sep, os.path.dirname(os.path.dirname(__file__)) + os.sep]
            paths = list(self.opened)
            paths += [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
            files = {}
            for path in paths:
                real = os.path.realpath(path) if path else ""
                if real.endswith((".pyc", ".so")) or not os.path.isfile(real) or real.startswith(tuple(own)):
                    continue
                files.setdefault(os.path.abspath(path))
            answer = {"python": sys.version.split()[0], "files": list(files), "packages": packages()}
            path = os.path.join(self.directory, "inventory-%d.json" % os.getpid())
            with open(path, "w") as file:
                json.dump(answer, file)
        except Exception as fault:
            note(fault)


def packages():
    """Names and versions of the distributions that imported modules belong to."""
    from importlib import metadata

    owners = metadata.packages_distributions() if hasattr(metadata, "packages_distributions") else {}
    names = {name for module in list(sys.modules) for name in owners.get(module.partition(".")[0], ())}
    return sorted([name, metadata.version(name)] for name in names)

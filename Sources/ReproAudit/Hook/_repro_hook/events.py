"""Writes the events of one process, one JSON object a line, into a file of its own.

A line is one write to a file that is opened for it and closed again, so that what was written survives os._exit and a kill, and no
descriptor of the hook can be mistaken for one of the program's. A forked child starts a file of its own; its identity is its parent's
followed by the count of forks ("0.2" is the second child of "0"). A started program begins again at "0"; the reader tells programs
apart by their arguments and the order of their files. The first event makes the file, so a process that never uses PyTorch, NumPy or
`random` leaves none.
"""

import atexit
import json
import os
import sys
import threading

from .imports import note

FORMAT = 1


class Trace:
    """The event file of this process and the tensors that are kept beside it."""

    def __init__(self, settings):
        self.directory = settings.directory
        self.limit = settings.limit
        self.keep_limit = settings.keep
        self.identity = "0"
        self.children = 0
        self.lock = threading.RLock()
        self.reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.before_fork, after_in_child=self.after_fork)
        atexit.register(self.end)

    def reset(self):
        self.path = None
        self.written = 0
        self.kept = 0
        self.ended = False

    def before_fork(self):
        self.children += 1

    def after_fork(self):
        self.identity = "%s.%d" % (self.identity, self.children)
        self.children = 0
        self.lock = threading.RLock()
        self.reset()

    @property
    def is_child(self):
        return "." in self.identity

    def write(self, event, **fields):
        """Appends an event; after the limit, or where the file cannot be written, nothing more is."""
        with self.lock:
            if self.ended:
                return
            try:
                if self.path is None:
                    self.create()
                self.append(dict(event=event, **fields))
            except Exception as fault:
                self.ended = True
                note(fault)

    def append(self, fields):
        line = (json.dumps(fields, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n").encode()
        if self.written + len(line) > self.limit and fields["event"] != "cut":
            self.append(dict(event="cut", why="limit", limit=self.limit))
            self.ended = True
            return
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0))
        try:
            view = memoryview(line)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)
        self.written += len(line)

    def create(self):
        """Makes the next free file: the order of files is that in which processes wrote their first event."""
        number = 0
        while True:
            path = os.path.join(self.directory, "process-%06d.jsonl" % number)
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
                break
            except FileExistsError:
                number += 1
        self.path = path
        arguments = list(getattr(sys, "orig_argv", None) or getattr(sys, "argv", None) or [])
        self.append(
            dict(
                event="process",
                format=FORMAT,
                identity=self.identity,
                arguments=[argument.encode("utf-8", "replace").decode() for argument in arguments],
                executable=sys.executable or "",
                python=sys.version.split()[0],
                byteorder=sys.byteorder,
            )
        )

    def keep(self, digest, data):
        """Keeps the bytes of a tensor under its digest; false where the allowance does not reach."""
        with self.lock:
            folder = os.path.join(self.directory, "kept")
            path = os.path.join(folder, digest)
            if os.path.exists(path):
                return True
            if self.ended or self.kept + len(data) > self.keep_limit:
                return False
            self.kept += len(data)
            os.makedirs(folder, exist_ok=True)
            part = "%s.%d" % (path, os.getpid())
            with open(part, "wb") as file:
                file.write(data)
            os.replace(part, path)
            return True

    def end(self):
        """The last event of a process that ends as programs do; os._exit, a signal or a forked worker leaves none."""
        if self.path is not None:
            self.write("end")
        self.ended = True

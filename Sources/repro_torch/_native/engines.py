"""Engines: one for each thread of Python, so that threads never wait for each other.

Kernels and threads change how fast a result comes, never a bit of it. They are those of `configure`, else of the
environment variables REPRO_KERNELS and REPRO_THREADS as they were at the import, else the fastest kernels and
`torch.get_num_threads()`.
"""

from __future__ import annotations

import ctypes
import os
import threading

import torch

from . import calls
from .library import library, release

library.repro_engine_kernels.argtypes = [ctypes.c_uint64]
library.repro_engine_kernels.restype = ctypes.c_char_p


class Engine:
    """Kernels and worker threads of the library, ended with the last reference."""

    def __init__(self, kernels: str = "auto", threads: int = 1) -> None:
        """
        Args:
            kernels: auto, reference, portable, avx2, avx512 or neon.
            threads: 1 … 1024, the calling thread included.

        Raises:
            ReproError: the processor lacks the kernels, or the system refused a thread.
        """
        cell, name = ctypes.c_uint64(0), kernels.encode() + b"\0"
        buffer = ctypes.create_string_buffer(name)
        self.handle = 0
        calls.engine_create(ctypes.addressof(buffer), int(threads), ctypes.addressof(cell))
        self.handle: int = cell.value
        self.threads = int(threads)
        self.kernels: str = library.repro_engine_kernels(self.handle).decode()

    def __del__(self) -> None:
        if getattr(self, "handle", 0):
            release(self.handle)


def _environment() -> tuple[str | None, int | None]:
    threads = os.environ.get("REPRO_THREADS")
    return os.environ.get("REPRO_KERNELS"), int(threads) if threads else None


_environment_choice = _environment()
_chosen = _environment_choice
_thread = threading.local()


def configure(*, kernels: str | None = None, threads: int | None = None) -> None:
    """Chooses what computes from here on, in every thread; None for the environment's choice, or torch's.

    Raises:
        ReproError: the processor lacks the kernels, or the system refused a thread.
    """
    global _chosen
    if kernels is not None or threads is not None:
        Engine(kernels or "auto", threads or 1)
    _chosen = (kernels or _environment_choice[0], threads or _environment_choice[1])


def engine() -> Engine:
    """This thread's engine."""
    chosen, threads = _chosen, torch.get_num_threads()
    try:
        if _thread.chosen is chosen and _thread.threads == threads:
            return _thread.engine
    except AttributeError:
        pass
    made = Engine(chosen[0] or "auto", chosen[1] or threads)
    _thread.engine, _thread.chosen, _thread.threads = made, chosen, threads
    return made


def _forget() -> None:
    """In a forked process the parent's engines have no threads: it makes its own."""
    _thread.__dict__.clear()


os.register_at_fork(after_in_child=_forget)

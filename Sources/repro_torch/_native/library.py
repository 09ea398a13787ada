"""Loads librepro and turns its status codes into exceptions.

The library is the one beside this package, or the file that the environment variable REPRO_LIBRARY names. Its
structures have fields of 8 bytes (`Sources/CRepro/include/repro.h`), which `Call` packs.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import struct
import sys
import threading

INTERFACE = 2


class ReproError(RuntimeError):
    """What the engine refuses, with its reason: a fault of the world, or a mistake that no check in Python caught.

    `status` is the number of `repro.h`.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Refused(ReproError):
    """What cannot be done bit for bit, with the reason: another device or type, an option that no contract covers."""

    def __init__(self, message: str) -> None:
        super().__init__(0, message)

    def __reduce__(self):
        return (Refused, (str(self),))


class _Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int64), ("message", ctypes.c_char * 504)]


def _load() -> ctypes.CDLL:
    name = "librepro.dylib" if sys.platform == "darwin" else "librepro.so"
    path = os.environ.get("REPRO_LIBRARY") or str(pathlib.Path(__file__).resolve().parent.parent / name)
    try:
        library = ctypes.CDLL(path)
        library.repro_interface.restype = ctypes.c_uint32
        found = library.repro_interface()
    except (OSError, AttributeError) as error:
        raise ImportError(
            f"repro_torch needs {name}: {error}; install a wheel for this platform, or build the library with "
            "`make wheel` and name it in REPRO_LIBRARY"
        ) from error
    if found != INTERFACE:
        raise ImportError(f"{path} has interface {found}, and this package speaks {INTERFACE}; install both from one wheel")
    return library


library = _load()
_thread = threading.local()


def _error() -> _Error:
    try:
        return _thread.error
    except AttributeError:
        _thread.error = _Error()
        _thread.address = ctypes.addressof(_thread.error)
        return _thread.error


class Call:
    """A function of the library, called with the fields of its structure in their order.

    A field is a character: q a signed integer, Q an unsigned one or an address, H a handle, d a binary64 number.
    """

    def __init__(self, name: str, fields: str) -> None:
        self._function = getattr(library, name)
        self._function.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._function.restype = ctypes.c_int32
        self.fields = fields
        self._pack = struct.Struct("@" + fields.replace("H", "Q")).pack

    def __call__(self, *values: float) -> None:
        error = _error()
        status = self._function(self._pack(*values), _thread.address)
        if status:
            raise ReproError(status, error.message.decode())


def release(handle: int) -> None:
    """Ends an engine, a tape or kept weights; what is gone already stays gone."""
    library.repro_release(ctypes.c_uint64(handle), None)


class Handle:
    """Owns a tape: the library's memory goes with the last reference."""

    __slots__ = ("_cell", "__weakref__")

    def __init__(self) -> None:
        self._cell = ctypes.c_uint64(0)

    @property
    def address(self) -> int:
        """Where the library writes the handle."""
        return ctypes.addressof(self._cell)

    @property
    def value(self) -> int:
        """The handle; 0 where there is none."""
        return self._cell.value

    def used_up(self) -> None:
        """Forgets a handle that the library has ended."""
        self._cell.value = 0

    def __del__(self) -> None:
        if self._cell.value:
            release(self._cell.value)


class KeptWeights(Handle):
    """Owns a place where the library keeps a module's weights laid out. A copy and a pickle begin with nothing kept."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        _weights_create(self.address)

    def __reduce__(self):
        return (KeptWeights, ())


_weights_create = Call("repro_weights_create", "Q")

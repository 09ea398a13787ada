"""Names the line of the program that an event belongs to: the innermost frame outside libraries and this hook."""

import os
import sys
import sysconfig


class Places:
    """Tells frames of the program from frames of libraries, by the file of their code."""

    def __init__(self, folder):
        paths = sysconfig.get_paths()
        roots = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib") if paths.get(key)]
        self.libraries = tuple(os.path.join(os.path.abspath(root), "") for root in roots + [folder])
        self.hook = os.path.join(os.path.abspath(folder), "")
        self.known = {}

    def is_program(self, filename):
        answer = self.known.get(filename)
        if answer is None:
            path = os.path.abspath(filename)
            answer = not (
                filename.startswith("<")
                or path.startswith(self.libraries)
                or "%ssite-packages%s" % (os.sep, os.sep) in path
                or "%sdist-packages%s" % (os.sep, os.sep) in path
            )
            self.known[filename] = answer
        return answer

    def here(self, depth=1):
        """{"file", "line", "function"} of the program, or of the innermost library where no frame is the program's."""
        frame = sys._getframe(depth)
        library = None
        while frame is not None:
            filename = frame.f_code.co_filename
            if self.is_program(filename):
                return describe(frame)
            if library is None and not filename.startswith("<"):
                if not os.path.abspath(filename).startswith(self.hook):
                    library = frame
            frame = frame.f_back
        return describe(library) if library is not None else None

    def is_called_by_program(self):
        """Whether the caller of the wrapper that asks is a line of the program, not of a library."""
        frame = sys._getframe(1)
        while frame is not None and os.path.abspath(frame.f_code.co_filename).startswith(self.hook):
            frame = frame.f_back
        return frame is not None and self.is_program(frame.f_code.co_filename)


def describe(frame):
    return {"file": frame.f_code.co_filename, "line": frame.f_lineno, "function": frame.f_code.co_name}

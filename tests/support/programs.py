"""Test programs of the build, run as this system runs them; those of a build for Windows by Wine."""
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
IS_WINDOWS = "GPH_WINDOWS_PROGRAM" in os.environ
LIBRARY = ".dll" if IS_WINDOWS else ".so"


def path_of(name):
    return BUILD / f"{name}{'.exe' if IS_WINDOWS else ''}"


def run(name, *arguments, **options):
    """Input is empty, the limit is for hangs only."""
    words = [path_of(name), *map(str, arguments)]
    if IS_WINDOWS:
        words.insert(0, os.environ["GPH_PROGRAM"])
    result = subprocess.run(words, stdin=subprocess.DEVNULL, **{"timeout": 120, "stdout": subprocess.PIPE, **options})
    if IS_WINDOWS:
        # Lines end there as they do there.
        result.stdout = result.stdout.replace(b"\r\n", b"\n")
    return result


def as_printed(path):
    """A folder of this system as a program of the build prints it."""
    path = pathlib.Path(path)
    if not IS_WINDOWS:
        return str(path)
    return f"W:/{path.relative_to(BUILD)}" if path.is_relative_to(BUILD) else f"Z:{path}"

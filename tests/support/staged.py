"""An installation of the build, staged in a folder of its own, and nothing else of the project in sight."""
import os
import pathlib
import subprocess

import pytest


# A sanitized build has no guard, and its library is loaded by sanitized programs alone.
SANITIZED = not (pathlib.Path(os.environ["GPH_BUILD"]) / "core/court/guard.so").exists()
# The last line of `graphophone validate` over one type that has passed all that could be held.
ALL_PASSED = r"11 passed, 0 failed, 2 skipped" if SANITIZED else r"13 passed, 0 failed"


class Staged:
    """The staged tree: where its program is, and an environment that knows this tree alone."""

    def __init__(self, destdir):
        # What the build's prefix is, the stage tells.
        self.program = next(destdir.rglob("bin/graphophone"))
        self.prefix = self.program.parent.parent
        self.pc_folder = next(destdir.rglob("graphophone.pc")).parent
        self.library = self.pc_folder.parent
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAPHOPHONE_")}
        self.environment["PKG_CONFIG_PATH"] = str(self.pc_folder)
        self.environment["PATH"] = f"{self.program.parent}:{os.environ['PATH']}"

    def run(self, command, folder, **options):
        """A command, or a line as one types it, in a folder; never raises for an exit status."""
        return subprocess.run(command, cwd=folder, shell=isinstance(command, str), env=self.environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=300, **options)

    def must(self, command, folder):
        """Likewise, and it must go well without a word of warning."""
        run = self.run(command, folder)
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        assert "warning" not in (run.stdout + run.stderr).lower(), run.stdout + run.stderr
        return run


def stage(build, destdir):
    """Installs what is built into an empty folder."""
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", destdir], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return Staged(destdir)


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return stage(pathlib.Path(os.environ["GPH_BUILD"]), tmp_path_factory.mktemp("stage"))

"""Modules that somebody built for Windows in earlier days load and run (tests/fossils/README.md)."""
import json
import pathlib
import shutil
import tempfile

from conftest import SOURCE
from support.page_modules import NAMES, page_of, play_all, write_patches


def test_fossils_run(graphophone, build):
    folders = sorted((SOURCE / "tests/fossils").glob("abi-*"))
    assert folders
    for folder in folders:
        # On the drive of the build: others may write above the tests' own folders, which refuses a module.
        here = pathlib.Path(tempfile.mkdtemp(dir=build / "tests/windows"))
        write_patches(page_of(SOURCE), here)
        for name in NAMES:
            shutil.copy(folder / f"{name}.x86-64.dll", here / f"{name}.dll")

        def run(name):
            result = graphophone("render", here / f"{name}.ini", "--module-dir", here, "--json", "--set",  # noqa: B023
                                 f"patch.folder={here}")  # noqa: B023
            assert result.returncode == 0, result.stderr
            return json.loads(result.stdout)

        play_all(run, here)
        shutil.rmtree(here)

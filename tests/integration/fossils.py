"""Binaries of earlier days load and run (tests/fossils/README.md), and the page 'Writing a module' is all that one needs:
its modules are built by its own line against an installation alone, validate, and its patches play them."""
import json
import platform
import re
import shutil

import pytest

from support.page_modules import NAMES, page_of, play_all, write_patches
from support.staged import ALL_PASSED, staged  # noqa: F401 (a fixture)

ALL_PASSED = re.compile(ALL_PASSED)
OURS = platform.system() == "Linux" and platform.machine() == "x86_64"


@pytest.fixture
def page(source):
    return page_of(source)


@pytest.fixture
def patches(page, home):
    """The page's patches are in the current folder."""
    write_patches(page, home)


def line_of(page):
    """The line that builds a module."""
    return re.search(r"^    (cc .* NAME\.c -lm)$", page, re.M).group(1)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c11", "c17"])
def test_examples_of_the_page(page, patches, staged, home, compiler, standard):  # noqa: F811
    for name, code in zip(NAMES, re.findall(r"```c\n(.*?)```", page, re.DOTALL), strict=True):
        (home / f"{name}.c").write_text(code, encoding="utf-8")
        staged.must(line_of(page).replace("NAME", name).replace(
            "cc ", f"{compiler} -std={standard} -Wall -Wextra -Wpedantic -Wconversion -Werror ", 1), home)
        run = staged.run(f"graphophone validate {name}.so", home)
        assert run.returncode == 0 and ALL_PASSED.fullmatch(run.stdout.splitlines()[-1]), run.stdout
        assert staged.must(f"graphophone describe ./{name}.so", home).stdout.startswith(f"{name}: ")
    play_all(lambda name: json.loads(staged.must(f"graphophone render {name}.ini --module-dir . --json", home).stdout),
             home)


@pytest.mark.skipif(not OURS, reason="the fossils are for Linux on x86-64")
def test_fossils_run(graphophone, patches, source, home):
    folders = sorted((source / "tests/fossils").glob("abi-*"))
    assert folders
    for folder in folders:
        here = home / folder.name
        here.mkdir(mode=0o755)
        for name in NAMES:
            shutil.copy(home / f"{name}.ini", here)
            shutil.copy(folder / f"{name}.x86-64.so", here / f"{name}.so")
            run = graphophone("validate", here / f"{name}.so", timeout=600)
            assert run.returncode == 0, run.stdout + run.stderr
        play_all(lambda name: json.loads(graphophone("render", f"{name}.ini", "--module-dir", here, "--json",  # noqa: B023
                                                     cwd=here).stdout), here)  # noqa: B023

"""A staged installation is whole: what the package promises is there, works where it lies, and a module of somebody
else is built and run with nothing of the source tree in sight."""
import json
import os
import re
import subprocess

import pytest

from support.staged import SANITIZED, stage, staged  # noqa: F401 (a fixture)


def test_everything_is_there(staged, build, source):  # noqa: F811
    modules = {path.name for path in (staged.library / "graphophone/modules").iterdir()}
    # A bridge has a program beside it that looks at plugins.
    assert modules == {path.name for kind in ("*.so", "*-look") for path in (build / "modules").glob(kind)}
    hosts = {path.name for path in (staged.library / "graphophone/hosts").iterdir()}
    assert hosts == {path.name for path in (build / "hosts").glob("*.so")}
    headers = {path.name for path in (staged.prefix / "include/graphophone").iterdir()}
    assert headers == {path.name for path in (source / "core/include/graphophone").iterdir()}
    patches = {path.name for path in (staged.prefix / "share/graphophone/patches").iterdir()}
    assert "quickstart.ini" in patches
    assert (staged.prefix / "share/man/man1/graphophone.1").is_file()
    assert {path.name for path in (staged.prefix / "share/graphophone/templates").iterdir()} == {
        "effect", "source", "sink", "host"}


def test_a_page_for_each_type(staged, build, home):  # noqa: F811
    """Made by the descriptor: a page that says other than `describe` does not exist."""
    pages = {path.stem: path for path in (staged.prefix / "share/doc/graphophone/types").iterdir()}
    stock = {path.stem for path in (build / "modules").glob("*.so")}
    assert set(pages) == stock | {"input", "output", "table", "feedback"}
    for name, path in pages.items():
        page = path.read_text(encoding="utf-8")
        assert page == staged.must(["graphophone", "describe", name, "--markdown"], home).stdout
        if name in stock:
            file = staged.library / "graphophone/modules" / f"{name}.so"
            assert page == staged.must(["graphophone", "describe", file, "--markdown"], home).stdout
    for page in "writing-a-module.md", "writing-a-host.md":
        assert (staged.prefix / "share/doc/graphophone" / page).is_file()


def test_describe_a_file(staged, home):  # noqa: F811
    file = staged.library / "graphophone/modules/freeverb.so"
    pages = json.loads(staged.must(["graphophone", "describe", file, "--json"], home).stdout)
    assert [page["id"] for page in pages] == ["freeverb"]
    for name, words in [("nowhere.so", "there is no module file 'nowhere.so'"), ("bad.so", "is not a shared library")]:
        (home / "bad.so").write_bytes(b"nothing")
        run = staged.run(["graphophone", "describe", name], home)
        assert run.returncode == 3 and words in run.stderr


@pytest.mark.skipif(SANITIZED, reason="a sanitizer notes where each variable was declared")
def test_nothing_names_the_tree_it_was_built_in(staged, build, source):  # noqa: F811
    """Debug information aside, which a package strips."""
    for path in staged.prefix.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        if data.startswith(b"\x7fELF"):
            stripped = staged.prefix.parent / "stripped"
            subprocess.run(["strip", "-o", stripped, path], check=True)
            data = stripped.read_bytes()
        assert str(source).encode() not in data, path
        assert str(build).encode() not in data, path


def test_it_finds_what_lies_beside_it(staged, home):  # noqa: F811
    listed = json.loads(staged.must("graphophone modules --json", home).stdout)
    assert {str(staged.library / "graphophone/modules")} == {re.sub(r"/[^/]*$", "", one["path"]) for one in listed}
    hosts = json.loads(staged.must("graphophone hosts --json", home).stdout)
    assert {"clock", "offline"} <= {one["id"] for one in hosts}


def test_it_may_be_moved(build, home, tmp_path):
    moved = stage(build, tmp_path / "first")
    (tmp_path / "first").rename(tmp_path / "second")
    moved = type(moved)(tmp_path / "second")
    assert moved.must("graphophone describe gain", home).stdout.startswith("gain: ")
    for option, folder in [("--cflags-only-I", moved.prefix / "include"),
                           ("--variable=moduledir", moved.library / "graphophone/modules")]:
        told = moved.must(f"pkg-config {option} graphophone", home).stdout.strip().removeprefix("-I")
        assert os.path.realpath(told) == str(folder)
    moved.must("graphophone new effect mine", home)


PATCH = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 100ms
[tone]
type = tone
[quiet]
type = quiet
from = tone
level = -20dB
[keep]
type = file-recorder
from = quiet
file = keep.wav
start = auto
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_a_module_out_of_the_tree(staged, source, home, compiler):  # noqa: F811
    """The README's own module."""
    readme = (source / "README.md").read_text(encoding="utf-8")
    (home / "quiet.c").write_text(re.search(r"```c\n(.*?)```", readme, re.DOTALL).group(1), encoding="utf-8")
    (home / "rig.ini").write_text(PATCH)
    staged.must(f"{compiler} -O3 -Wall -Wextra -Wpedantic -Wconversion -Werror -shared -fPIC -fvisibility=hidden "
                "$(pkg-config --cflags graphophone) -o quiet.so quiet.c", home)
    told = json.loads(staged.must("graphophone render rig.ini --module-dir . --json", home).stdout)
    # A tone of -20 dB, 20 dB quieter.
    assert abs(told["takes"][0]["peaks"][0] - 0.01) < 1e-4


@pytest.mark.skipif(SANITIZED, reason="a sanitized library is loaded by sanitized programs alone")
@pytest.mark.parametrize("compiler", ["gcc", "clang", "g++"])
def test_a_program_over_the_library(staged, home, compiler):  # noqa: F811
    (home / "mine.c").write_text('#include <graphophone/graphophone.h>\n#include <stdio.h>\n'
                                 'int main(void) { puts(gph_version()); return 0; }\n')
    language = "-x c++ -std=c++20" if "++" in compiler else ""
    staged.must(f"{compiler} -Wall -Werror {language} -o mine mine.c -x none $(pkg-config --cflags --libs graphophone) "
                f"-Wl,-rpath,{staged.library}", home)
    version = staged.must("graphophone --version", home).stdout.split()[1]
    assert staged.must("./mine", home).stdout.strip() == version
    assert staged.must("pkg-config --modversion graphophone", home).stdout.strip() == version

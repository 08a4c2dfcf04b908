"""The zip for Windows, unpacked where nothing of the project is known: it runs as it is, and says whose work is in it."""
import importlib.util
import os
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

import pytest

from conftest import SOURCE
from support.same_takes import assert_same

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
LIBRARIES = pathlib.Path(os.environ["GPH_LIBRARIES"])
NATIVE = os.environ.get("GPH_NATIVE")
# The sources that deps.sh builds into the program, and some words of the licence of each.
LICENCES = {"flac": "Xiph", "iniparser": "Devillard", "jansson": "Petri Lehtinen", "libogg": "Xiph", "libsamplerate":
            "Redistribution", "libsndfile": "LESSER GENERAL PUBLIC LICENSE", "libvorbis": "Xiph", "opus": "Xiph",
            "graphophone": "MIT License", "mingw-w64": "mingw-w64 project", "gcc": "GCC RUNTIME LIBRARY EXCEPTION"}


def make(folder):
    """As `ninja zip` does."""
    spec = importlib.util.spec_from_file_location("make_zip", SOURCE / "config/windows/zip.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(BUILD, LIBRARIES, folder / "graphophone-windows.zip")
    return folder / "graphophone-windows.zip"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return make(tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="module")
def unpacked(archive):
    """On the drive of the build: others may write above the tests' own folders, where modules are refused."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="Käthe’s Rigs ", dir=BUILD / "tests/windows"))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    yield folder / archive.stem
    shutil.rmtree(folder)


@pytest.fixture
def run(unpacked):
    """Runs the program that was unpacked, without a variable of ours and without a path to libraries."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("GRAPHOPHONE_") and name != "WINEPATH"}
    environment["GPH_WINDOWS_PROGRAM"] = str(unpacked / "bin/graphophone.exe")

    def go(*words):
        return subprocess.run([os.environ["GPH_PROGRAM"], *map(str, words)], env=environment, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, encoding="utf-8", timeout=300)
    return go


def test_is_the_same_whenever_it_is_made(archive, home):
    assert make(home).read_bytes() == archive.read_bytes()


def test_holds_every_licence(unpacked):
    folders = {path.name: path for path in (unpacked / "licences").iterdir()}
    assert folders.keys() == LICENCES.keys()
    for name, words in LICENCES.items():
        texts = " ".join(" ".join(path.read_text(errors="replace").split()) for path in folders[name].iterdir())
        assert words.lower() in texts.lower(), name
    made_from = {line.split("_")[0] for line in (LIBRARIES / "complete").read_text().split()}
    # What tests alone link.
    assert made_from - {"check"} <= LICENCES.keys()


def test_holds_every_library_that_its_files_need(unpacked):
    files = [*unpacked.rglob("*.dll"), *unpacked.rglob("*.exe")]
    own = {path.name.lower() for path in files}
    for path in files:
        table = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", path], check=True, capture_output=True, text=True)
        needed = {line.split()[-1].lower() for line in table.stdout.splitlines() if "DLL Name:" in line}
        of_the_compiler = {name for name in needed if name.startswith(("libgcc", "libwinpthread", "libstdc", "libssp"))}
        assert not of_the_compiler, path
        assert {name for name in needed if name.startswith("lib")} <= own, path


def test_finds_its_modules_and_hosts(run, unpacked):
    modules = run("modules")
    assert modules.returncode == 0, modules.stderr
    names = {path.stem for path in (SOURCE / "modules").glob("*.c")} | {"table-recorder"}
    assert names <= {line.split()[0] for line in modules.stdout.splitlines() if line and line[0] != " "}
    assert "refused" not in modules.stdout + modules.stderr
    hosts = run("hosts")
    assert hosts.returncode == 0, hosts.stderr
    assert {"clock", "offline", "wasapi", "wdmks"} <= {line.split()[0] for line in hosts.stdout.splitlines() if line}


def test_starts_a_module_from_a_template(run, home):
    result = run("new", "effect", "mine")
    assert result.returncode == 0, result.stderr
    assert (home / "mine/mine.c").exists()


def test_takes_are_those_of_the_other_system(run, unpacked, home):
    if not NATIVE:
        pytest.skip("GPH_NATIVE names no program of this system")
    words = ["--host", "offline", "--length", "48000fr", "--quiet"]
    for kind in "windows", "native":
        (home / kind).mkdir()
    result = run("run", unpacked / "share/graphophone/patches/quickstart.ini", *words, "--set",
                 f"patch.folder={home}/windows")
    assert result.returncode == 0, result.stderr
    subprocess.run([NATIVE, "run", SOURCE / "config/patches/quickstart.ini", *words, "--set",
                    f"patch.folder={home}/native"], check=True, capture_output=True, timeout=300)
    assert_same(home / "windows", home / "native")

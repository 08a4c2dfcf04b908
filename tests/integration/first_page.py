"""The README's first page is all that one needs: its rig is checked, its module is built with its line and plays."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import wave

import pytest


@pytest.fixture
def readme(source):
    return (source / "README.md").read_text(encoding="utf-8")


def indented(readme, first_line):
    """The indented block that begins with a line, without its indent."""
    start = readme.index(f"    {first_line}\n")
    block = re.match(r"(?:    [^\n]*\n|\n)+", readme[start:]).group()
    return "".join(line[4:] + "\n" for line in block.splitlines())


def test_first_rig(readme, home, graphophone):
    (home / "rig.ini").write_text(indented(readme, "; rig.ini"), encoding="utf-8")
    run = graphophone("check", "rig.ini")
    assert (run.returncode, run.stderr) == (0, "")
    assert "verb" in run.stdout and "freeverb" in run.stdout


def test_first_module(readme, source, home, graphophone):
    code = re.search(r"```c\n(.*?)```", readme, re.DOTALL).group(1)
    (home / "quiet.c").write_text(code, encoding="utf-8")
    line = re.search(r"^    (cc .*quiet\.c)$", readme, re.MULTILINE).group(1)
    flags = "$(pkg-config --cflags graphophone)"
    assert flags in line
    words = shlex.split(line.replace(flags, f"-I{source}/core/include"))
    subprocess.run([*words, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"], check=True)

    run = graphophone("describe", "./quiet.so")
    assert run.returncode == 0, run.stderr
    assert "level" in run.stdout and "Output level" in run.stdout

    (home / "rig.ini").write_text("""[patch]
dialect = 1
host = offline
rate = 48kHz
length = 100ms
[tone]
type = tone
channels = 2
gain = 0dB
shape = square
freq = 100Hz
[quiet]
type = quiet
from = tone
level = -20dB
[loud]
type = file-recorder
from = tone
file = loud.wav
format = wav-s16
start = auto
[soft]
type = file-recorder
from = quiet
file = soft.wav
format = wav-s16
start = auto
""", encoding="utf-8")
    run = graphophone("run", "rig.ini", "--module-dir", ".")
    assert run.returncode == 0, run.stderr
    samples = {}
    for name in ("loud", "soft"):
        with wave.open(str(home / f"{name}.wav")) as take:
            assert (take.getnchannels(), take.getframerate(), take.getnframes()) == (2, 48000, 4800)
            samples[name] = memoryview(take.readframes(4800)).cast("h")
    assert max(samples["loud"]) > 10000
    assert all(abs(soft - loud / 10) <= 1 for loud, soft in zip(samples["loud"], samples["soft"]))


def test_installed(build, home, graphophone):
    """Everything lands below the prefix, and pkg-config tells others where."""
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", home / "root", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    found = {path.name for path in (home / "root").rglob("*") if path.is_file()}
    assert {"graphophone", "module.h", "host.h", "dsp.h", "graphophone.h", "gain.so", "freeverb.so", "clock.so", "offline.so",
            "quickstart.ini", "graphophone.1", "graphophone.pc"} - found == set()
    package = next((home / "root").rglob("graphophone.pc")).parent
    words = subprocess.run(["pkg-config", "--define-prefix", "--cflags", "--libs", "--static", "graphophone"], text=True,
                           env={**os.environ, "PKG_CONFIG_PATH": str(package)}, check=True, stdout=subprocess.PIPE)
    assert "-lgraphophone" in words.stdout.split()
    folder = subprocess.run(["pkg-config", "--variable=moduledir", "graphophone"], text=True, check=True,
                            env={**os.environ, "PKG_CONFIG_PATH": str(package)}, stdout=subprocess.PIPE).stdout.strip()
    # The file tells of where it lies, so of the stage too.
    assert (pathlib.Path(folder) / "gain.so").resolve().is_relative_to(home / "root")
    assert (pathlib.Path(folder) / "gain.so").exists()


def without_paths(**more):
    """The environment without the two variables that say where modules and hosts are."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("GRAPHOPHONE_MODULE_PATH", "GRAPHOPHONE_HOST_PATH")}
    return {**kept, **more}


def found(program, folder):
    """Folders that a program in that current folder takes modules and hosts from."""
    paths = []
    for what in ("modules", "hosts"):
        listed = subprocess.run([program, what, "--json"], cwd=folder, env=without_paths(), capture_output=True, check=True)
        paths += [pathlib.Path(one["path"]).parent for one in json.loads(listed.stdout)]
    return set(paths)


def test_program_in_the_build_tree_finds_its_own(build, home, graphophone):
    assert found(graphophone.path, home) == {build / "modules", build / "hosts"}


def test_installed_program_never_looks_elsewhere(build, home):
    """Not in the tree it was built in, not in the current folder; beside its library only where the build's mark is, which
    nobody else may have laid there."""
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", home / "root", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    program = next((home / "root").rglob("bin/graphophone"))
    library = next((home / "root").rglob("libgraphophone.so.0"))
    mark = build / "core/graphophone.build-tree"
    assert not list((home / "root").rglob(mark.name))
    # The current folder looks like a build tree's, and so does what is above the library.
    here = home / "here/core"
    here.mkdir(parents=True)
    shutil.copy(mark, here)
    for folder in ("modules", "hosts"):
        shutil.copytree(build / folder, home / "here" / folder)
        shutil.copytree(build / folder, library.parent.parent / folder)
    strange = {home / "here", build, library.parent.parent}
    for folder in (here, home / "here", build / "core", build):
        assert not {path.parent for path in found(program, folder)} & strange
    # The search would find them: with the mark it does, unless others may write it.
    planted = library.parent / mark.name
    shutil.copy(mark, planted)
    planted.chmod(0o666)
    assert not {path.parent for path in found(program, home)} & strange
    planted.chmod(0o644)
    assert found(program, home) == {library.parent.parent / "modules", library.parent.parent / "hosts"}

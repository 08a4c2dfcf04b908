"""The README's first page is all that one needs: its rig is checked, its module is built with its line and plays."""
import os
import re
import shlex
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
    words = shlex.split(line.replace("-Icore/include", f"-I{source}/core/include"))
    subprocess.run([*words, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"], check=True)

    run = graphophone("describe", "quiet", "--module-dir", ".")
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
    assert (home / "root" / folder.lstrip("/") / "gain.so").exists()

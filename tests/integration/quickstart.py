"""config/quickstart in a tree as a stranger gets it: nothing built, and then all of it. Run by tests/jack-server -n."""
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest

from conftest import SOURCE
from support.live import samples
from support.servers import server, started  # noqa: F401 (fixtures)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources."""
    folder = tmp_path_factory.mktemp("fresh") / "graphophone"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("build", "build-*", ".git"))
    return folder


def quickstart(tree, *words, **options):
    return subprocess.run([tree / "config/quickstart", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=500, **options)


def listed(text):
    """Each take of a summary: path, frames, channels, peak in dB, format, rate in kHz, size in bytes."""
    units = {"B": 1, "kB": 1e3, "MB": 1e6}
    found = re.findall(r"^  (/.*)\n    \S+ \(([\d,]+) frames\), (\d+) channels?, peak (\S+) dB, RMS \S+ dB, (\S+) (\S+) kHz, (\S+) (\S+)$",
                       text, re.M)
    return [(pathlib.Path(path), int(frames.replace(",", "")), int(channels), float(peak), form, float(rate),
             float(size) * units[unit]) for path, frames, channels, peak, form, rate, size, unit in found]


def check_takes(run, frames):
    """The end of the run lists two takes, and each is as it is listed."""
    takes = listed(run.stdout)
    assert [(take[0].name, take[1], take[2], take[4], take[5]) for take in takes] == [
        ("001-dry.wav", frames, 2, "wav-f32", 48), ("001-wet.wav", frames, 2, "wav-s24", 48)], run.stdout
    for path, _, channels, peak, _, _, size in takes:
        rows = samples(path)
        assert rows.shape == (frames, channels)
        assert abs(20 * np.log10(np.abs(rows).max() / 2**23) - peak) < 0.06
        assert abs(path.stat().st_size - size) <= size / 10
    assert f"The takes are in {takes[0][0].parent}." in run.stdout


def check_status(run):
    """On a server that was late the takes have gaps: told, and no reason to hide them."""
    assert run.returncode == (1 if "frames are missing" in run.stdout else 0), run.stdout + run.stderr


def test_help_and_wrong_words_build_nothing(tree):
    told = quickstart(tree, "--help")
    assert told.returncode == 0 and told.stderr == ""
    for option in ("--host", "--length", "--takes", "--help"):
        assert option in told.stdout
    for words, what in [(["--wrong"], "no option '--wrong'"), (["--host"], "--host needs a value"), (["jack"], "no option 'jack'"),
                        (["--length"], "--length needs a value")]:
        refused = quickstart(tree, *words)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert what in refused.stderr and "--help" in refused.stderr
    assert not list(tree.glob("build*"))


def test_quickstart_on_a_running_server(tree, server):
    server(4096)
    run = quickstart(tree, "--host", "jack", "--length", "3s")
    check_status(run)
    assert "quickstart ran 00:03.0 on jack" in run.stdout
    check_takes(run, 3 * 48000)


def test_quickstart_without_a_server(tree, home):
    """By default it needs none; on one that is not there it says so. Neither overwrites a take."""
    before = {path: path.read_bytes() for path in tree.rglob("*.wav")}
    run = quickstart(tree, "--host", "jack")
    assert run.returncode == 4
    assert "host jack cannot be used: no JACK server is running" in run.stderr
    run = quickstart(tree, "--length", "1s", "--takes", home / "my takes")
    check_status(run)
    assert "on clock" in run.stdout
    check_takes(run, 48000)
    assert listed(run.stdout)[0][0].parent == home / "my takes"
    assert {path: path.read_bytes() for path in tree.rglob("*.wav")} == before

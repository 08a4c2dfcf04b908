"""Rows D9, D11, L1 and N1: a rig that records into every container is killed with its writer, and recovered.

    GPH_KILLS=100 meson test -C build-tests/plain --timeout-multiplier 0 --verbose faults/recover

kills a hundred times; without the variable it is a few times.
"""
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import wave
import zlib

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import libsndfile
from kills import accepted, children, counter, is_gone, ring_of, wait_for

KILLS = int(os.environ.get("GPH_KILLS", "6"))
CHANNELS = 2
RAW_S24 = (48000, CHANNELS, 0x040000 | 0x0003 | 0x10000000)
# name: how near to the counter a sample is, what of it libsndfile must be told.
TAKES = {
    "wav-s24.wav": (0, None), "wav-s16.wav": (1e-4, None), "wav-f32.wav": (0, None), "wav-ulaw.wav": (0.05, None),
    "rf64-f32.rf64": (0, None), "w64-f32.w64": (0, None), "au-s24.au": (0, None), "caf-f64.caf": (0, None),
    "aiff-s24.aiff": (0, None), "raw-s24.raw": (0, RAW_S24), "sd2-s24.sd2": (0, None),
    "flac-s24.flac": (0, None), "ogg.ogg": (0.2, None),
}
RIG = """[patch]
dialect = 1
host = clock
rate = 48kHz
block = 64
clock.signal = counter
[in]
type = input
channels = 1-2
[split]
type = file-recorder
from = in
file = split/{ch}/x.wav
format = wav-s24
files = per-channel
start = auto
""" + "".join(f"""[{name.split('.')[0]}]
type = file-recorder
from = in
file = {name}
format = {name.split('.')[0]}
start = auto
""" for name in TAKES)


def record(program, home, frames):
    """Records so many frames and more, kills engine and writer at once."""
    (home / "rig.ini").write_text(RIG)
    (home / "split").mkdir(exist_ok=True)
    process = subprocess.Popen([program, "run", "rig.ini"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)

    def ring():
        assert process.poll() is None, process.stdout.read()
        return ring_of(process.pid)
    memory = wait_for(ring)
    writers = wait_for(lambda: children(process.pid))
    wait_for(lambda: accepted(memory) >= frames)
    for pid in [process.pid, *writers]:
        os.kill(pid, signal.SIGSTOP)
    for pid in [*writers, process.pid]:
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    for pid in writers:
        wait_for(lambda pid=pid: is_gone(pid))


def tree(home):
    """Everything below a folder: bytes and times."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in sorted(home.rglob("*"))}


def header_bytes(path):
    """Where the sound begins, at most: what is behind must be what it was."""
    return 0 if path.suffix in (".raw", ".sd2") else 4096


def gaps(home, name):
    """What the journal of a file says that the host lost: a machine that others use, too, may be late."""
    journal = home / ("split/01/x.wav.journal" if name.startswith("split") else name + ".journal")
    return [(int(at), int(frames)) for at, frames in re.findall(r"^gap at=(\d+) frames=(\d+) ", journal.read_text(), re.M)]


def judge(home, name, least):
    """A recovered file holds the counter from frame 0, at least so many frames. Returns how many."""
    near, raw = TAKES.get(name, (0, None))
    path = home / name
    found, info = libsndfile.read(path, raw)
    first = 1 if name == "split/02/x.wav" else 0
    right = counter(0, len(found), CHANNELS)[:, first:first + info.channels]
    for at, frames in gaps(home, name):
        right[at:at + frames] = 0
    # Integers of 24 bits and floats hold it as it is, but for the step that 1.0 is.
    near = near or 2e-7
    wrong = np.abs(found - right).max(axis=1) > near if len(found) else np.zeros(0)
    assert not wrong.any(), f"{name}: frame {np.flatnonzero(wrong)[0]} of {len(found)}"
    assert len(found) >= least, f"{name}: {len(found)} of {least} frames"
    if path.suffix not in (".raw", ".sd2", ".w64", ".caf"):  # what Debian's sox reads by itself
        told = subprocess.run(["soxi", "-s", path], capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        assert abs(int(told.stdout) - len(found)) <= (1 if path.suffix == ".aiff" else 0), told.stdout
    if name.startswith(("wav-s", "split")):
        with wave.open(str(path)) as opened:
            assert opened.getnframes() == len(found)
    return len(found)


def whole_frames(home, name, sizes):
    """How many frames stood in a `.part` of a container without a coder, headers being of 4,096 bytes at most."""
    size = sizes.get(name + ".part", 0) - header_bytes(pathlib.Path(name))
    width = {"s16": 2, "s24": 3, "f32": 4, "f64": 8, "ulaw": 1}.get(name.split(".")[0].split("-")[-1], 3)
    channels = 1 if name.startswith("split") else CHANNELS
    return max(size // (width * channels), 0)


def test_d11_a_kill_costs_no_frame_that_was_written(graphophone, home):
    dice = random.Random(11)
    counts = []
    for _ in range(KILLS):
        record(graphophone.path, home, dice.randrange(2000, 40000))
        sizes = {str(path.relative_to(home)): path.stat().st_size for path in home.rglob("*.part")}
        before = tree(home)
        dry = graphophone("recover", "--dry-run")
        assert tree(home) == before
        result = graphophone("recover")
        assert result.returncode == 0, result.stdout + result.stderr
        # Word for word, but for the mood.
        assert dry.returncode == 0
        assert dry.stdout.replace("would be recovered", "recovered").replace("would be removed", "removed") \
            .replace("would be", "is now") == result.stdout
        assert not list(home.rglob("*.part"))
        for name in [*TAKES, "split/01/x.wav", "split/02/x.wav"]:
            coded = name.endswith((".flac", ".ogg"))
            # A coder may hold back all there is.
            if coded and f"{name}.part: removed, there is no sound in it" in result.stdout:
                continue
            counts.append(judge(home, name, 0 if coded else whole_frames(home, name, sizes)))
        after = tree(home)
        again = graphophone("recover")
        assert again.returncode == 0 and again.stdout == "Nothing to recover.\n"
        assert tree(home) == after
        for path in sorted(home.rglob("*"), reverse=True):
            if path.is_file():
                path.unlink()
    assert sum(counts) > KILLS * 20000
    print(f"{KILLS} kills, {len(counts)} files, {sum(counts)} frames: 0 lost")


def test_l1_a_run_recovers_its_own_folders_first(graphophone, home):
    record(graphophone.path, home, 9000)
    parts = sorted(path.name for path in home.rglob("*.part"))
    assert "wav-f32.wav.part" in parts
    result = graphophone("run", "rig.ini", "--length", "2000fr")
    assert result.returncode == 0, result.stdout + result.stderr
    said = result.stdout + result.stderr
    assert "a crash had left" in said and "wav-f32.wav.part" in said
    assert not list(home.rglob("*.part"))
    judge(home, "wav-f32.wav", 1)
    judge(home, "split/02/x.wav", 1)
    # The new takes have other names.
    assert len(list(home.glob("wav-f32*.wav"))) == 2


def line(text):
    return f"{text} ~{zlib.crc32(text.encode()):08x}\n"


def another_boot(journal):
    """As if the machine had been started anew."""
    text = journal.read_text()
    first, rest = text.split("\n", 1)
    words = ["boot=another" if word.startswith("boot=") else word for word in first.split(" ")[:-1]]
    journal.write_text(line(" ".join(words)) + rest)


def test_d9_another_boot_believes_the_journal(graphophone, home):
    for tail in (False, True):
        record(graphophone.path, home, 20000)
        part = home / "au-s24.au.part"
        journal = home / "au-s24.au.journal"
        there = (part.stat().st_size - 24) // (CHANNELS * 3)
        another_boot(journal)
        with journal.open("a") as file:
            file.write(line("sync frames=480"))
        result = graphophone("recover", part, "--json", *(["--tail"] if tail else []))
        assert result.returncode == 1, result.stderr
        found = json.loads(result.stdout)["found"]
        assert len(found) == 1 and found[0]["state"] == "recovered"
        synced = there - max(found[0]["cut"], found[0]["doubt"])
        assert synced >= 480
        assert found[0]["frames"] == (there if tail else synced)
        assert found[0]["doubt"] == (there - synced if tail else 0)
        assert judge(home, "au-s24.au", 480) == found[0]["frames"]
        for path in home.rglob("*"):
            if path.is_file():
                path.unlink()


def test_n1_links_and_foreign_files_are_left_alone(graphophone, home):
    outside = home.parent / "outside"
    outside.mkdir()
    (outside / "x.wav.part").write_bytes(b"RIFF of somebody else")
    (home / "way").symlink_to(outside)
    (home / "link.wav.part").symlink_to(outside / "x.wav.part")
    (home / "link.wav.journal").write_text(
        line("open version=1 format=wav-f32 channels=1 rate=48000 patch= node= boot= pid=1 below=")
        + line("file channel=0 name=link.wav.part below=") + line("file channel=0 name=x.wav.part below=../outside")
        + line("file channel=0 name=x.wav.part below=way"))
    (home / "film.mkv.part").write_bytes(b"half a film")
    (home / "song.flac.part").write_bytes(b"fLaC of somebody else")
    before, other = tree(home), tree(outside)
    result = graphophone("recover")
    assert result.returncode == 1, result.stdout
    assert "it is a link" in result.stdout and "no journal speaks of it" in result.stdout
    assert "film" not in result.stdout
    assert tree(outside) == other
    assert {path: content for path, (_, content) in tree(home).items()} == {
        path: content for path, (_, content) in before.items()}
    named = graphophone("recover", "song.flac.part", "link.wav.part")
    assert named.returncode == 1, named.stdout
    assert (home / "song.flac.part").exists() and tree(outside) == other


@pytest.mark.parametrize("arguments, status, told", [
    (["--tial"], 2, "did you mean '--tail'"),
    (["absent"], 5, "No such file or directory"),
    (["rig.ini"], 1, "neither a folder"),
    ([], 0, "Nothing to recover."),
])
def test_usage(graphophone, home, arguments, status, told):
    (home / "rig.ini").write_text("[patch]\n")
    result = graphophone("recover", *arguments)
    assert result.returncode == status, result.stdout + result.stderr
    assert told in result.stdout + result.stderr

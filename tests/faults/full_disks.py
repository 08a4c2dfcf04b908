"""Rows D1, D2, D5, D6 and D7 through the whole program: disks that are full, that fail in their write-back, that interrupt, that
set a limit, that do not answer. What was recorded is the counter signal, so that files and gap list can be held to it."""
import json
import os
import pathlib
import re
import subprocess
import time

import numpy as np
import pytest

from support import libsndfile
from support.faults import SANITIZED
from support.sound_files import read_floats

RIG = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = {seconds}s
offline.signal = counter
[mics]
type = input
channels = 1-2
[keep]
type = file-recorder
from = mics
file = disk/{{take}}-{{part}}.wav
start = auto
buffer = 100s
{lines}
"""


def counter(first, frames):
    """What the host put in, frames x 2."""
    return ((np.arange(first, first + frames)[:, None] + np.array([0, 65536])) % 2**23 / 2**23).astype("<f4")


def rig(home, seconds, lines=""):
    (home / "rig.ini").write_text(RIG.format(seconds=seconds, lines=lines))
    for folder in ("disk", "spare", "out"):
        (home / folder).mkdir(exist_ok=True)


def in_namespace(graphophone, home, before, *options, limit=None):
    """Runs the rig behind mounts of its own, and copies what it left from the disk to `out`. None: that may not be done."""
    script = f'set -e; {before}; set +e; "$@" > result.json; echo $? > status; cp -a disk/. out/; exit 0'
    command = ["unshare", *options, "sh", "-c", script, "sh", graphophone.path, "render", "rig.ini", "--json"]
    done = subprocess.run(command, cwd=home, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300)
    if not (home / "status").exists():
        return None, done.stderr
    return int((home / "status").read_text()), done.stderr


def account(home, seconds, result):
    """Every frame is in one whole file, with its value; returns the files."""
    seen = np.zeros(seconds * 48000, dtype=int)
    takes = json.loads(result)["takes"]
    for take in takes:
        path = pathlib.Path(take["path"])
        if not path.exists():
            path = home / "out" / path.name
        sound = read_floats(path)
        assert len(sound) == take["frames"], path
        assert not take["gaps"]
        assert np.array_equal(sound, counter(take["first_frame"], len(sound))), path
        seen[take["first_frame"]:take["first_frame"] + len(sound)] += 1
    assert (seen == 1).all(), np.flatnonzero(seen != 1)[:5]
    return takes


def test_d1_what_a_full_disk_does_not_take_goes_to_the_other(graphophone, home):
    rig(home, 8, "failover = spare")
    status, told = in_namespace(graphophone, home, "mount -t tmpfs -o size=1m none disk", "-Urm")
    if status is None:
        pytest.skip("no right to make namespaces")
    assert status == 5, told
    assert "No space left on device" in told
    takes = account(home, 8, (home / "result.json").read_text())
    # What had reached the full disk before the first barrier stays there; the ring has all of it, if none had ended yet.
    assert [pathlib.Path(take["path"]).parent.name for take in takes] in (["disk", "spare"], ["spare"])
    assert all(take["complete"] for take in takes)


def test_d1_a_disk_that_is_full_from_the_start_is_told_and_left_as_it_is(graphophone, home):
    rig(home, 8, "failover = spare")
    status, told = in_namespace(graphophone, home,
                                "mount -t tmpfs -o size=1m none disk; head -c 2000000 /dev/zero > disk/ballast || true", "-Urm")
    if status is None:
        pytest.skip("no right to make namespaces")
    assert status == 5, told
    account(home, 8, (home / "result.json").read_text())
    assert sorted(path.name for path in (home / "out").iterdir()) == ["ballast"]


def test_d2_a_disk_that_fails_when_it_writes_back_costs_nothing_that_the_ring_has(graphophone, home):
    """An image of ext4 on a disk too small for it: writes are taken, and fail when they are brought to the disk."""
    rig(home, 60, "failover = spare\nreserve = off")
    (home / "small").mkdir()
    status, told = in_namespace(
        graphophone, home, "mount -t tmpfs -o size=10m none small; truncate -s 64M small/image; mkfs.ext4 -q -F small/image; "
        "mount -o loop small/image disk", "-m")
    if status is None:
        pytest.skip(f"no right to mount an image: {told.strip()[-100:]}")
    assert status == 5, told
    assert re.search("cannot bring a file to the disk: (Input/output error|No space left on device|Read-only file system)", told)
    takes = json.loads((home / "result.json").read_text())["takes"]
    seen = np.zeros(60 * 48000, dtype=int)
    for take in takes:
        seen[take["first_frame"]:take["first_frame"] + take["frames"]] += 1
    assert (seen == 1).all()
    for take in takes:
        if "/spare/" in take["path"]:
            assert take["complete"]
            assert np.array_equal(read_floats(take["path"]), counter(take["first_frame"], take["frames"]))
    assert takes[-1]["path"].startswith(f"{home}/spare/")


@pytest.fixture
def tracing(monkeypatch):
    """That strace may be used. Who is traced already cannot be by the finder of leaks, which would say so by a status."""
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode != 0:
        pytest.skip("no right to trace a process")
    monkeypatch.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


def traced(graphophone, home, *inject, seconds=8, lines=""):
    rig(home, seconds, lines)
    options = [word for one in inject for word in ("-e", f"inject={one}")]
    return subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, *options, graphophone.path, "render", "rig.ini", "--json"],
                          text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_d2_a_barrier_that_fails_once_is_final_for_its_file(graphophone, home, tracing, n):
    result = traced(graphophone, home, f"fdatasync:error=EIO:when={n}")
    assert result.returncode in (0, 5), result.stderr
    takes = account(home, 8, result.stdout)
    # Journals are synced by the same call.
    if "Input/output error" in result.stderr:
        assert result.returncode == 5
        assert all(take["complete"] for take in takes)


@pytest.mark.parametrize("inject", ["pwrite64:error=EIO:when=8", "pwrite64:error=ENOSPC:when=8", "pwrite64:error=EDQUOT:when=8",
                                    "pwrite64:error=EROFS:when=8"])
def test_d2_a_write_that_fails_costs_nothing(graphophone, home, tracing, inject):
    result = traced(graphophone, home, inject, lines="failover = spare")
    assert result.returncode == 5, result.stderr
    assert "/spare/" in account(home, 8, result.stdout)[-1]["path"]


def test_d5_interruptions_are_nothing(graphophone, home, tracing):
    result = traced(graphophone, home, "pwrite64:error=EINTR:when=4+5")
    assert result.returncode == 0, result.stderr
    assert len(account(home, 8, result.stdout)) == 1


def test_d6_a_limit_of_size_is_a_new_part(graphophone, home):
    import resource
    rig(home, 20)
    limit = 2 << 20
    result = graphophone("render", "rig.ini", "--json",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert result.returncode == 0, result.stderr
    assert "File too large" in result.stderr
    takes = account(home, 20, result.stdout)
    assert 4 <= len(takes) <= 12
    assert all(take["bytes"] <= limit for take in takes)


@pytest.mark.parametrize("format", ["wav-s24", "rf64-f32", "w64-f32", "au-s24", "caf-f32", "aiff-s24"])
@pytest.mark.parametrize("lines", ["", "failover = spare"], ids=["alone", "failover"])
def test_d6_each_container_goes_on_at_the_exact_frame(graphophone, home, format, lines):
    """A disk that ends its files at 4 GiB answers with the error of this limit (EFBIG)."""
    import resource
    ending = format.partition("-")[0]
    rig(home, 12, lines)
    patch = (home / "rig.ini").read_text().replace("{part}.wav", "{part}." + ending)
    (home / "rig.ini").write_text(patch.replace("start = auto", f"start = auto\nformat = {format}"))
    result = graphophone("render", "rig.ini", "--json",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    assert result.returncode == 0, result.stderr
    at = 0
    for take in json.loads(result.stdout)["takes"]:
        assert take["first_frame"] == at and take["bytes"] <= 1 << 20 and not take["gaps"]
        sound, info = libsndfile.opened(take["path"])
        assert info.frames == take["frames"]
        assert np.array_equal(libsndfile.read_at(sound, info, 0, info.frames), counter(at, info.frames))
        libsndfile.LIBRARY.sf_close(sound)
        at += take["frames"]
    assert at == 12 * 48000


def test_d7_a_disk_that_does_not_answer_is_left_after_ten_seconds(graphophone, home, tracing):
    """The first call of a thread is let through. A take has two barriers at least, however fast it was over."""
    rig(home, 2)
    begun = time.monotonic()
    with open("told", "w") as told:
        process = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "trace", "-e", "trace=exit_group,fdatasync", "-e",
             "inject=fdatasync:delay_enter=60s:when=2+", graphophone.path, "render", "rig.ini", "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told, start_new_session=True)
    try:
        # A thread that strace holds keeps the process for as long, so that its end is seen where it is asked for.
        ended = None
        while not ended and time.monotonic() - begun < 50:
            time.sleep(0.1)
            ended = re.search(r"exit_group\((\d+)\)", (home / "trace").read_text()) if (home / "trace").exists() else None
        took = time.monotonic() - begun
    finally:
        os.killpg(process.pid, 9)
        process.wait()
    assert ended, (home / "told").read_text()
    assert int(ended[1]) == 5
    assert "slow" in (home / "told").read_text()
    print(f"ended after {took:.1f} s")
    # Ten seconds for the files, and some to leave what hangs; far less than the disk would take.
    assert took < 40
    assert [path.suffix for path in (home / "disk").iterdir() if path.suffix != ".journal"] == [".part"]


def test_parts_of_a_second_for_an_hour_are_the_hour(graphophone, home):
    """A few minutes of it where each call is looked at."""
    parts = 300 if SANITIZED else 3600
    rig(home, parts, "rotate = 1s\nformat = wav-f32\nsync = off\nreserve = off")
    result = graphophone("render", "rig.ini", "--json", timeout=500)
    assert result.returncode == 0, result.stderr
    takes = json.loads(result.stdout)["takes"]
    assert len(takes) == parts
    assert [take["first_frame"] for take in takes] == [n * 48000 for n in range(parts)]
    assert sum(take["frames"] for take in takes) == parts * 48000
    for take in takes:
        sound = read_floats(take["path"])
        assert np.array_equal(sound, counter(take["first_frame"], 48000)), take["path"]
        os.remove(take["path"])
    assert not list((home / "disk").iterdir())

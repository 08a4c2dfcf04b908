"""Takes of the Windows program: those of this system's program bit for bit, whole after Ctrl-C and after a kill."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import SOURCE
from support.same_takes import assert_same
from support.sound_files import read_chunks, read_floats

NATIVE = pathlib.Path(os.environ.get("GPH_NATIVE", SOURCE / "build-tests/plain/core/cli/graphophone"))
RENDERED = {
    "quickstart": ["--length", "48000fr"],
    "multitrack": ["--host", "offline", "--rate", "48kHz", "--length", "1s", "--set", "control.tracks.toggle=at 0.5s",
                   "--set", "patch.offline.signal=counter"],
    "level-trigger": ["--host", "offline", "--rate", "48kHz", "--length", "1s", "--set", "patch.offline.signal=counter"],
}


@pytest.mark.parametrize("name", RENDERED)
def test_takes_are_those_of_the_other_system(graphophone, home, name):
    if not NATIVE.exists():
        pytest.skip(f"{NATIVE} is not built")
    for kind, program in ("windows", graphophone.path), ("native", NATIVE):
        folder = home / kind
        folder.mkdir()
        result = subprocess.run([program, "run", SOURCE / f"config/patches/{name}.ini", *(
            ["--host", "offline"] if "--host" not in RENDERED[name] else []), *RENDERED[name], "--quiet",
            "--set", f"patch.folder={folder}"], capture_output=True, text=True, timeout=300)
        assert result.returncode == 0, (kind, result.stderr)
    assert_same(home / "windows", home / "native")


class Live:
    """A run on the clock that records by now."""

    def __init__(self, graphophone, home):
        self.folder = home / "takes"
        self.folder.mkdir()
        self.errors = (home / "errors").open("wb+")
        self.process = subprocess.Popen(
            [graphophone.path, "run", str(SOURCE / "config/patches/quickstart.ini"), "--quiet", "--length", "600s",
             "--set", f"patch.folder={self.folder}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.errors)
        self.wait_for(lambda: sum(self.sizes()) > 400000, "nothing is recorded")
        self.seen = sum(self.sizes())

    def sizes(self):
        return [path.stat().st_size for path in self.folder.iterdir() if "wav" in path.name]

    def wait_for(self, happened, what):
        limit = time.monotonic() + 60
        while not happened():
            assert time.monotonic() < limit, (what, (self.folder.parent / "errors").read_text())
            time.sleep(0.05)

    def are_whole(self):
        self.wait_for(lambda: sorted(path.name for path in self.folder.iterdir()) == ["001-dry.wav", "001-wet.wav"],
                      f"the takes are not finished: {list(self.folder.iterdir())}")
        dry = read_floats(self.folder / "001-dry.wav")
        wet = dict(read_chunks(self.folder / "001-wet.wav"))["data"]
        assert len(dry) * 6 == len(wet) and sum(self.sizes()) >= self.seen
        return dry


@pytest.fixture
def live(graphophone, home):
    run = Live(graphophone, home)
    yield run
    if run.process.poll() is None:
        run.process.kill()
    run.process.wait()
    run.errors.close()


def test_ctrl_c_finishes_the_takes(live):
    live.process.send_signal(signal.SIGINT)
    out, _ = live.process.communicate(timeout=60)
    assert live.process.returncode == 0
    dry = live.are_whole()
    assert f"({len(dry):,} frames)".encode() in out


def test_a_killed_engine_leaves_whole_takes(live):
    live.process.kill()
    live.are_whole()

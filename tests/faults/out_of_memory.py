"""Row R3: the kernel runs out of memory and ends the engine, not the writer; the take is whole."""
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from kills import Rig, accepted, is_gone, judge, wait_for

from support.faults import UNPRIVILEGED

STEP = 300  # how much sooner than its writer the kernel ends an engine
MB = 1 << 20


def place(pid):
    return int(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text())


def resident(pid):
    """What the end of a process gives back, in bytes: neither what it shares nor what it reads from files."""
    return int(re.search(r"^RssAnon:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1]) * 1024


def score(pid):
    return int(pathlib.Path(f"/proc/{pid}/oom_score").read_text())


@pytest.fixture
def rig(graphophone, home):
    one = Rig(graphophone.path, home, 2)
    one.reach(4800)
    yield one
    for pid in (one.process.pid, one.writer):
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)


def test_r3_the_engine_is_first_on_the_kernels_list(rig, home):
    assert place(rig.process.pid) == min(place("self") + STEP, 1000)
    assert place(rig.writer) == place("self")
    assert score(rig.process.pid) > score(rig.writer)
    assert rig.end()
    judge(home, accepted(rig.ring), 2)


def wrapped(home, line):
    """A program that is another one behind a line of shell."""
    script = home / "wrapped"
    script.write_text(f'#!/bin/sh\n{line} "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_r3_without_privilege_likewise(graphophone, home):
    """It goes towards its end by itself, which everybody may; a writer that begins later goes back to where both began."""
    one = Rig(wrapped(home, "exec " + " ".join([*UNPRIVILEGED, graphophone.path])), home, 2)
    one.reach(4800)
    assert place(one.process.pid) == min(place("self") + STEP, 1000)
    assert place(one.writer) == place("self")
    one.end()
    judge(home, accepted(one.ring), 2)


@pytest.fixture
def group():
    """A control group of memory: the files with its limit, with what it uses, and with its processes."""
    first, second = pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")
    is_second = (second / "cgroup.controllers").exists()
    folder = (second if is_second else first) / f"graphophone-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no right to make a control group: {error.strerror}")
    limit = folder / ("memory.max" if is_second else "memory.limit_in_bytes")
    if not limit.exists():
        folder.rmdir()
        pytest.skip("the control groups of this machine do not limit memory")
    processes = folder / "cgroup.procs"
    yield limit, folder / ("memory.current" if is_second else "memory.usage_in_bytes"), processes
    for pid in processes.read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    wait_for(lambda: not processes.read_text())
    folder.rmdir()


def test_r3_the_kernel_ends_the_engine_and_the_take_is_whole(graphophone, group, home):
    """A third process in the group takes more than there is. Half of what the engine had is enough for it, but the kernel may
    look for more before that is given back: the third one is then its next choice, before the writer."""
    limit, usage, processes = group
    one = Rig(wrapped(home, f"echo $$ >{processes}; exec {graphophone.path}"), home, 2)
    one.reach(4800)
    engine = resident(one.process.pid)
    limit.write_text(str(int(usage.read_text()) + 10 * MB))
    size = 10 * MB + engine // 2
    take = f"echo {STEP + 50} >/proc/$$/oom_score_adj; echo $$ >{processes}; head -c {size} /dev/zero | tail -n 1 | wc -c"
    taker = subprocess.run(["sh", "-c", take], capture_output=True, text=True, timeout=120)
    assert wait_for(lambda: one.process.poll() is not None, 10), taker
    one.process.communicate()
    wait_for(lambda: is_gone(one.writer))
    assert one.process.returncode == -signal.SIGKILL
    judge(home, accepted(one.ring), 2)
    print(f"the kernel ended the engine of {engine // MB} MB: {accepted(one.ring)} frames accepted, all in the take")

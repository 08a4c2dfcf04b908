"""A rung that convicts nobody is not a rung: each violator is convicted by exactly the rungs that can see it."""
import os

import pytest

from support.guard import run_guarded

CALLS, KERNEL, USAGE = 4, 5, 6
# Violator: the rungs that must convict it, each with a name it must give; the others must not.
TABLE = {
    "malloc": {CALLS: "malloc"},
    "free": {CALLS: "free"},
    "lock": {CALLS: "pthread_mutex_lock"},
    "wait": {CALLS: "pthread_mutex_timedlock", KERNEL: "kernel:futex", USAGE: "wait"},
    "write": {CALLS: "write", KERNEL: "kernel:write"},
    "openat": {CALLS: "openat64", KERNEL: "kernel:openat"},
    "printf": {CALLS: "fprintf", KERNEL: "kernel:write"},
    "sleep": {CALLS: "nanosleep", KERNEL: "kernel:clock_nanosleep", USAGE: "wait"},
    "kernel": {KERNEL: "kernel:getpid"},
    "touch": {USAGE: "page-fault"},
}
# What a fresh process may show by accident: a heap that grows, a page of it first touched.
INCIDENTAL = {"malloc": {KERNEL, USAGE}}


@pytest.mark.parametrize("violator", TABLE)
def test_convicts(violator, tmp_path):
    run, report = run_guarded([os.environ["DRIVE"], os.environ["VIOLATORS"], violator], tmp_path)
    assert run.returncode == 0, run.stderr
    for rung, name in TABLE[violator].items():
        if rung not in report.rungs:
            pytest.skip(f"this machine has no rung {rung}")
        # Each of the 199 blocks after the first is judged; most violators act in each.
        least = 1 if violator == "free" or rung == USAGE else 199
        assert report.convicted(rung).get(name, 0) >= least, f"rung {rung} did not convict {violator}\n{report}"
    for rung in {CALLS, KERNEL} - set(TABLE[violator]) - INCIDENTAL.get(violator, set()):
        assert report.convicted(rung) == {}, f"rung {rung} convicted {violator}\n{report}"


def test_acquits(tmp_path):
    run, report = run_guarded([os.environ["DRIVE"], os.environ["VIOLATORS"], "nothing"], tmp_path)
    assert run.returncode == 0, run.stderr
    assert report.brackets == 199
    assert report.convictions == {}, str(report)


@pytest.mark.parametrize("violator, found", [("nothing", {}), ("kernel", {(KERNEL, "kernel:getpid"): 199})])
def test_the_watchdogs_handler_is_not_judged_and_all_else_is(violator, found, tmp_path):
    """Its signal comes into every bracket, and it enters the kernel each time; so does the violator, after it."""
    run, report = run_guarded([os.environ["DRIVE"], os.environ["VIOLATORS"], violator, "signal"], tmp_path)
    assert run.returncode == 0, run.stderr
    assert report.brackets == 199
    judged = {key: count for key, count in report.convictions.items() if key[0] in (CALLS, KERNEL)}
    assert judged == (found if KERNEL in report.rungs else {}), str(report)


def test_names_the_culprit(tmp_path):
    _, report = run_guarded([os.environ["DRIVE"], os.environ["VIOLATORS"], "write"], tmp_path)
    assert any("violators.so" in frame for frame in report.stacks[CALLS, "write"])

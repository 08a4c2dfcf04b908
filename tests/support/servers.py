"""JACK servers and other programs for one test. For files that tests/jack-server -n runs: each server is private."""
import os
import signal
import subprocess

import pytest

from support.live import until


def tool(*words):
    """One of JACK's own programs, or another one: what it says."""
    result = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def started():
    """Starts programs that are ended with the test."""
    processes = []

    def start(*words, **options):
        process = subprocess.Popen([str(word) for word in words], **{"stdin": subprocess.DEVNULL,
                                   "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options})
        processes.append(process)
        return process

    yield start
    for process in reversed(processes):
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()


@pytest.fixture
def server(started):
    """Starts a JACK server: server(64), server(1024, 128, synchronous=False)."""

    def start(block, channels=2, synchronous=True):
        command = os.environ["GPH_JACK_COMMAND"]
        if synchronous:
            command = command.replace(" -d dummy", " -S -d dummy")
        process = started("sh", "-c", f"exec {command} -p {block} -C {channels} -P {channels}")
        until(lambda: subprocess.run(["jack_lsp"], capture_output=True).returncode == 0, "the server",
              lambda: process.poll() is None)
        return process

    return start

"""Runs of the Windows program that are watched line by line, and the counter signal that tells each frame. Bounds of time
are for hangs."""
import os
import re
import signal
import subprocess
import threading
import time

import numpy
import pytest

LIMIT = 120


def until(what, told="it did not come"):
    end = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < end, told
        time.sleep(0.05)


def counter(frames, channels):
    at = numpy.arange(frames)[:, None] + 65536 * numpy.arange(channels)[None, :]
    return (at % (1 << 23) / (1 << 23)).astype("<f4")


def follow(sound):
    """Every frame that sounds is a whole frame of the counter, and no channel is another: how far it steps from one to
    the next."""
    values = (sound.astype("f8") * (1 << 23))
    sounds = values[:, 0] > 0
    assert numpy.array_equal(values[sounds], numpy.rint(values[sounds]))
    for channel in range(sound.shape[1]):
        assert (((values[sounds, channel] - values[sounds, 0]) % (1 << 23)) == 65536 * channel).all(), channel
    both = sounds[1:] & sounds[:-1]
    return sounds.sum(), numpy.diff(values[:, 0])[both].astype(int)


class Live:
    """A run that is watched line by line."""

    def __init__(self, program, environment, *words):
        self.process = subprocess.Popen([program, "run", *map(str, words)], env=environment, text=True,
                                        encoding="utf-8", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def says(self, pattern, after=0):
        """Waits for a line; returns where the next one begins."""
        end = time.monotonic() + LIMIT
        while True:
            for number, line in enumerate(self.lines[after:], after):
                if re.search(pattern, line):
                    return number + 1
            assert self.process.poll() is None and time.monotonic() < end, (pattern, self.lines)
            time.sleep(0.02)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        until(lambda: self.process.poll() is not None, self.lines)
        self.reader.join()
        return self.process.returncode


@pytest.fixture
def live(graphophone):
    made = []

    def begin(*words):
        made.append(Live(graphophone.path, dict(os.environ), *words))
        return made[-1]

    yield begin
    for run in made:
        if run.process.poll() is None:
            run.process.kill()

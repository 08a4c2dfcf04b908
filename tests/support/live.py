"""A rig that runs while the test does things to it, and what its takes must hold."""
import json
import pathlib
import subprocess
import threading
import time

import numpy as np

# Far beyond what anything here takes: it ends a test that would hang, and decides nothing else.
PATIENCE = 120


def until(condition, what, alive=None):
    """Looks again and again until something is so; what did not come is a failure."""
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert alive is None or alive(), f"ended before {what}"
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


class Live:
    """The program as a supervisor would start it: lines on stderr, JSON at the end."""

    def __init__(self, program, patch, *arguments, **options):
        self.process = subprocess.Popen([program, "run", patch, "--json", *map(str, arguments)], text=True,
                                        stdin=options.pop("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, **options)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def alive(self):
        return self.process.poll() is None

    def said(self, text, times=1):
        """Waits for so many lines with a text."""
        def is_said():
            return sum(text in line for line in self.lines) >= times

        try:
            until(is_said, f"it said '{text}'", self.alive)
        except AssertionError:
            # What was said last may have come with the end.
            self.reader.join(1 if self.alive() else PATIENCE)
            assert is_said(), f"never said '{text}': {self.lines}"

    def grows(self, path, n_bytes):
        """Waits until a take, finished or not, has so many bytes more than now."""
        def size():
            return max((p.stat().st_size for p in (pathlib.Path(f"{path}.part"), pathlib.Path(path)) if p.exists()),
                       default=0)
        target = size() + n_bytes
        until(lambda: size() >= target, f"{path} of {target} bytes", self.alive)

    def stop(self, signal=2):
        """Ends the rig as Ctrl-C does; its summary."""
        self.process.send_signal(signal)
        return self.end()

    def end(self):
        """Waits for an end that comes by itself; its summary."""
        try:
            out = self.process.stdout.read()
            self.process.wait(timeout=PATIENCE)
            self.reader.join(PATIENCE)
        finally:
            self.kill()
        return json.loads(out)

    def kill(self):
        if self.alive():
            self.process.kill()
            self.process.wait()


def samples(path):
    """What sox reads of a file, frames x channels, as integers of 24 bits."""
    channels = int(subprocess.run(["soxi", "-c", str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout)
    raw = subprocess.run(["sox", str(path), "-t", "raw", "-e", "signed", "-b", "32", "-L", "-"], stdout=subprocess.PIPE,
                         check=True).stdout
    return np.frombuffer(raw, "<i4").reshape(-1, channels) >> 8


def without_gaps(rows, gaps):
    """The rows of a take that are no gap; what stands in the gaps must be silence."""
    keep = np.ones(len(rows), bool)
    for gap in gaps:
        place = slice(gap["at"], gap["at"] + gap["frames"])
        assert not rows[place].any(), f"the gap at {gap['at']} holds sound"
        keep[place] = False
    return rows[keep]


def counted(rows, gaps=()):
    """The rows from where all channels have the counter; every one of them must go on where the last one ended. No rows: it
    is nowhere. Over a gap, of which `rows` no longer has the silence, it may have gone on by as much as the gap is long, or
    by less: time that the server itself lost was played by nobody."""
    channels = np.arange(rows.shape[1]) * 65536
    together = ((rows - rows[:, :1] - channels) % 2**23 == 0).all(axis=1) & (rows.any(axis=1))
    first = int(together.argmax()) if together.any() else len(rows)
    rows = rows[first:]
    if len(rows):
        steps = np.ones(len(rows), int)
        steps[0] = rows[0, 0]
        taken = 0
        for gap in gaps:
            at, taken = gap["at"] - taken - first, taken + gap["frames"]
            if 0 < at < len(rows):
                steps[at] += min(max(int(rows[at, 0] - rows[at - 1, 0] - 1) % 2**23, 0), gap["frames"])
        expected = (np.cumsum(steps)[:, None] + channels) % 2**23
        wrong = np.flatnonzero((rows != expected).any(axis=1))
        assert not len(wrong), (f"{len(wrong)} frames are lost, doubled or swapped; the first one is {first + wrong[0]}: "
                                f"{rows[wrong[0], :4]} instead of {expected[wrong[0], :4]}")
    return rows

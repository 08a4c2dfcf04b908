#!/usr/bin/python3
"""speed.py [--repeat N] [--only S1,S4] [--program FILE] [--lower-bound FILE] [--short]

What a rig costs, in user and system seconds of one core, beside the least that the same work could cost
(lower_bound.c) and beside pyo where Debian's python3-pyo is installed. The runs alternate, so that what disturbs
the machine disturbs all; the figures are medians. --short does a tenth of the work, to see that all of it runs.
"""
import argparse
import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HEAD = "[patch]\ndialect = 1\nhost = offline\n"


def cpu(command, folder):
    """User and system seconds of one command."""
    with open(os.path.join(folder, "speed.log"), "w", encoding="utf-8") as log:
        child = subprocess.Popen(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        with open(os.path.join(folder, "speed.log"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{log.read()}")
    return usage.ru_utime + usage.ru_stime


class Bench:
    """The commands of each kind of work; a command may be a pair, of which the second is subtracted."""

    def __init__(self, options, folder):
        self.folder = pathlib.Path(folder)
        self.program = options.program
        self.bound = options.lower_bound
        self.share = 10 if options.short else 1
        self.expected = 0  # bytes of the file that the work must leave
        self.has_pyo = importlib.util.find_spec("pyo") is not None

    def patch(self, name, text):
        path = self.folder / f"{name}.ini"
        path.write_text(HEAD + text, encoding="utf-8")
        return [self.program, "render", path]

    def sound(self, channels, seconds):
        path = self.folder / f"in-{channels}-{seconds}.wav"
        if not path.exists():
            subprocess.run([self.bound, "make", str(channels), str(seconds), path], check=True)
        return path

    def pyo(self, name, text):
        if not self.has_pyo:
            return None
        path = self.folder / f"{name}.py"
        path.write_text("from pyo import *\n" + text, encoding="utf-8")
        return [sys.executable, path]

    def s1(self):
        seconds = 600 // self.share
        sound = self.sound(2, seconds)
        self.expected = seconds * 48000 * 2 * 2
        rig = self.patch("s1", f"""
[song]
type = file-player
file = {sound}
[verb]
type = freeverb
from = song
[out]
type = file-recorder
from = verb
file = s1-{{take}}.wav
format = wav-s16
start = auto
""")
        pyo = self.pyo("s1", f"""
s = Server(sr=48000, nchnls=2, buffersize=256, duplex=0, audio="offline").boot()
s.recordOptions(dur={seconds}, filename="s1-pyo.wav", sampletype=0)
a = Freeverb(SfPlayer("{sound}"), size=.5, damp=.5, bal=.5).out()
s.start()
""")
        return 1, "s", [self.bound, "S1", sound, "s1-bound.wav"], rig, pyo

    def s2(self):
        seconds = 120 // self.share
        sound = self.sound(32, seconds)
        self.expected = seconds * 48000 * 32 * 3
        rig = self.patch("s2", f"""
[song]
type = file-player
file = {sound}
[high]
type = biquad
kind = highpass
freq = 80Hz
from = song
[trim]
type = gain
gain = -6dB
from = high
[out]
type = file-recorder
from = trim
file = s2-{{take}}.wav
format = wav-s24
start = auto
""")
        pyo = self.pyo("s2", f"""
s = Server(sr=48000, nchnls=32, buffersize=256, duplex=0, audio="offline").boot()
s.recordOptions(dur={seconds}, filename="s2-pyo.wav", sampletype=1)
a = Biquad(SfPlayer("{sound}"), freq=80, q=.707, type=1, mul=.5).out()
s.start()
""")
        return 1, "s", [self.bound, "S2", sound, "s2-bound.wav"], rig, pyo

    def s3(self):
        seconds = 60 // self.share
        source = f"length = {seconds}s\nrate = 48kHz\nblock = 64\n[mics]\ntype = input\nchannels = 1-64\n"
        table = f"""[tape]
type = table
channels = 64
length = {seconds}s
[rec]
type = table-recorder
table = tape
from = mics
fade = 10ms
[control]
rec.record = at 0s
"""
        rig = self.patch("s3", source + table), self.patch("s3-without", source)
        pyo = self.pyo("s3", f"""
s = Server(sr=48000, nchnls=2, buffersize=64, duplex=0, audio="offline").boot()
s.recordOptions(dur={seconds}, filename="s3-pyo.wav")
t = NewTable({seconds}, chnls=64)
r = TableRec(Sig([0] * 64), t, fadetime=.01).play()
s.start()
""")
        return 1, "s", [self.bound, "S3", 64, seconds], rig, pyo

    def chain(self, nodes, frames, seconds):
        text = f"rate = 48kHz\nblock = {frames}\nlength = {seconds}s\n[node0]\ntype = tone\n"
        text += "".join(f"[node{n}]\ntype = gain\nfrom = node{n - 1}\ngain = {'-' if n % 2 else ''}1dB\n"
                        for n in range(1, nodes + 1))
        return text + f"[end]\ntype = meter\nfrom = node{nodes}\n"

    def s4(self, frames):
        nodes, seconds = 1000, 60 // self.share
        blocks = seconds * 48000 // frames
        rig = self.patch(f"s4-{frames}", self.chain(nodes, frames, seconds)), self.patch(
            f"s4-{frames}-start", self.chain(nodes, frames, 1))
        counted = nodes * (blocks - 48000 // frames)
        pyo = [self.pyo(f"s4-{frames}-{length}", f"""
s = Server(sr=48000, nchnls=1, buffersize={frames}, duplex=0, audio="offline").boot()
s.recordOptions(dur={length}, filename="s4-pyo.wav")
a = [Sine()]
for n in range({nodes}):
    a.append(Sig(a[-1], mul=SigTo(1)))
s.start()
""") for length in (seconds, 1)]
        bound = [self.bound, "S4", nodes, frames, blocks - 48000 // frames]
        return 1e9 / counted, "ns a node and block", bound, rig, tuple(pyo) if all(pyo) else None

    def s6(self):
        self.patch("s6", self.chain(1000, 64, 1))
        path = self.folder / "s6.ini"
        return 1e3, "ms", [self.bound, "S6", path], [self.program, "check", path], None


def measure(bench, work, repeat):
    """(scale, unit, {who: seconds}) of one kind of work."""
    scale, unit, bound, rig, pyo = work
    runs = {"bound": bound, "graphophone": rig}
    if pyo:
        runs["pyo"] = pyo
    times = {who: [] for who in runs}
    for _ in range(repeat):
        for who, command in runs.items():
            if isinstance(command, tuple):
                times[who].append(cpu(command[0], bench.folder) - cpu(command[1], bench.folder))
            else:
                times[who].append(cpu(command, bench.folder))
            made = list(bench.folder.glob("s*.wav"))
            if sum(path.stat().st_size for path in made) < bench.expected:
                raise RuntimeError(f"{who} did not do all of the work")
            for path in made:
                path.unlink()
    return scale, unit, {who: statistics.median(all_of) for who, all_of in times.items()}


def main():
    build = pathlib.Path(os.environ.get("GPH_BUILD", "build")).resolve()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", default="S1,S2,S3,S4,S6")
    parser.add_argument("--program", default=os.environ.get("GPH_PROGRAM", str(build / "core/cli/graphophone")))
    parser.add_argument("--lower-bound", default=str(build / "tests/bench/lower_bound"))
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("GRAPHOPHONE_MODULE_PATH", str(build / "modules"))
    os.environ.setdefault("GRAPHOPHONE_HOST_PATH", str(build / "hosts"))

    failed = 0
    print(f"{'work':<10} {'lower bound':>12} {'graphophone':>12} {'ratio':>7} {'pyo':>9} {'ratio':>7}  unit")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        for name, work in [("S1", bench.s1), ("S2", bench.s2), ("S3", bench.s3), ("S4", lambda: bench.s4(64)),
                           ("S4 (256)", lambda: bench.s4(256)), ("S6", bench.s6)]:
            if name.split()[0] not in options.only.split(","):
                continue
            bench.expected = 0
            try:
                scale, unit, seconds = measure(bench, work(), options.repeat)
            except RuntimeError as error:
                failed = 1
                print(f"{name:<10} {error}")
                continue
            bound = seconds["bound"]
            ratio = f"{seconds['graphophone'] / bound:7.2f}" if bound > 0 else "      -"
            line = f"{name:<10} {bound * scale:12.3f} {seconds['graphophone'] * scale:12.3f} {ratio}"
            if "pyo" in seconds:
                line += f" {seconds['pyo'] * scale:9.3f} {seconds['pyo'] / bound:7.2f}"
            else:
                line += f" {'-':>9} {'-':>7}"
            print(f"{line}  {unit}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())

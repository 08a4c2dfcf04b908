"""Patches of many plugins at once, and what they must sound like."""
import json
import os
import signal
import subprocess
import time

import numpy as np

from support.sound_files import read_floats, write_floats

BLOCKS = (64, 441, 1024)
FRAMES = 9600


PATHS = {"ladspa": "LADSPA_PATH", "lv2": "LV2_PATH"}
_listed = {}


def listed(graphophone, bridge):
    """What `modules --plugins` finds of one bridge, in its order; asked once for each path."""
    path = os.environ.get(PATHS[bridge])
    if (bridge, path) not in _listed:
        others = {name: "/nowhere" for other, name in PATHS.items() if other != bridge}
        run = graphophone("modules", "--plugins", "--json", env={**os.environ, **others})
        assert run.returncode == 0, run.stderr
        _listed[bridge, path] = [row for row in json.loads(run.stdout) if row["type"] == bridge]
    return _listed[bridge, path]


def speech(channels, frames=FRAMES):
    """A sound with silence, an attack and a decay in it, another in each channel; the same each time."""
    random = np.random.default_rng(7)
    seconds = np.arange(frames)[:, None] / 48000
    envelope = np.where(seconds < 0.02, 0, np.exp(-8 * (seconds - 0.02)))
    return (envelope * (0.25 * random.uniform(-1, 1, (frames, channels))
                        + 0.25 * np.sin(2 * np.pi * 220 * (1 + np.arange(channels)) * seconds))).astype("f4")


RIG = """[patch]
dialect = 1
host = offline
length = 9600fr
[src]
type = file-player
file = src.wav
[x]
type = {bridge}
from = src
plugin = {plugin}
{more}
[keep]
type = file-recorder
from = x
file = x.wav
start = auto
"""


def write(home, bridge, plugin, more="", sound=None, tail=""):
    """A rig of one plugin, and a sound for it."""
    write_floats(home / "src.wav", speech(1) if sound is None else sound)
    (home / "rig.ini").write_text(RIG.format(bridge=bridge, plugin=plugin, more=more) + tail)


def play(graphophone, home, bridge, plugin, more="", sound=None, block=64, tail=""):
    """What such a rig gives, and what was said."""
    write(home, bridge, plugin, more, sound, tail)
    (home / "x.wav").unlink(missing_ok=True)
    run = graphophone("render", "rig.ini", "--block", block)
    assert run.returncode == 0, run.stderr
    return read_floats(home / "x.wav"), run.stderr


def refused(graphophone, home, bridge, plugin, more="", channels=1):
    """The status with which such a rig is refused, and what was said."""
    write(home, bridge, plugin, more, speech(channels))
    run = graphophone("check", "rig.ini")
    return run.returncode, run.stderr


def node(bridge, number, row, width, more=""):
    """A plugin as a node, fed by channels of [src], with a recorder of its own."""
    wire = f"from = src[1-{width}]\n" if width else ""
    return (f"[p{number}]\ntype = {bridge}\n{wire}plugin = \"{row['plugin']}\"\n{more}"
            f"[r{number}]\ntype = file-recorder\nfrom = p{number}\nfile = {number}.wav\nstart = auto\nnan = keep\n"
            f"align = off\nbuffer = 0.5s\nreserve = 0s\n")


def render(graphophone, folder, rows, bridge, times, block, more=""):
    """One offline run of all plugins, each fed with `times` times the channels it takes: a sound for each."""
    widths = [row["inputs"] * times for row in rows]
    write_floats(folder / "src.wav", speech(max(widths + [1])))
    text = (f"[patch]\ndialect = 1\nhost = offline\nblock = {block}\nlength = {FRAMES}fr\n"
            "[src]\ntype = file-player\nfile = src.wav\n")
    text += "".join(node(bridge, n, row, width, more) for n, (row, width) in enumerate(zip(rows, widths)))
    (folder / "many.ini").write_text(text, encoding="utf-8")
    for path in folder.glob("[0-9]*.wav"):
        path.unlink()
    run = graphophone("render", "many.ini")
    assert run.returncode == 0, run.stderr
    sounds = [read_floats(folder / f"{n}.wav") for n in range(len(rows))]
    assert all(len(sound) == FRAMES for sound in sounds)
    return sounds, run.stderr


def all_run(graphophone, folder, rows, bridge):
    """All plugins of the rows are finite at three block sizes and two widths: the rows that took the second width, and
    the names of those that were alike at each block size."""
    wide = [row for row in rows if row["inputs"] == row["outputs"]]
    alike = {row["plugin"] for row in rows}
    for plugins, times in ((rows, 1), (wide, 2)):
        first = None
        for block in BLOCKS:
            sounds, said = render(graphophone, folder, plugins, bridge, times, block)
            assert "error" not in said
            for row, sound in zip(plugins, sounds):
                assert sound.shape == (FRAMES, row["outputs"] * times), row
                assert np.isfinite(sound).all(), row
            first = first or sounds
            alike -= {row["plugin"] for row, a, b in zip(plugins, first, sounds) if a.tobytes() != b.tobytes()}
    print(f"{len(rows)} plugins, {len(wide)} of them at two widths, {len(alike)} alike at all blocks: {sorted(alike)}")
    return wide, alike


CRASHING = """[patch]
dialect = 1
host = clock
clock.signal = counter
[mics]
type = input
channels = 1
[dry]
type = file-recorder
from = mics
file = dry.wav
start = auto
[x]
type = {bridge}
from = mics
plugin = {plugin}
{more}"""


def crashes(graphophone, home, bridge, plugin, more):
    """A live rig whose plugin crashes: the dry take has every frame up to the block in which it did."""
    (home / "rig.ini").write_text(CRASHING.format(bridge=bridge, plugin=plugin, more=more))
    run = graphophone("run", "--quiet", "rig.ini")
    assert run.returncode == -signal.SIGSEGV, run.stderr
    told = [line for line in run.stderr.splitlines()
            if line.startswith(f"graphophone: error: [x] (type {bridge} of /")]
    assert len(told) == 1 and f"/{bridge}.so; at frame " in told[0], run.stderr
    end = time.monotonic() + 60
    while list(home.glob("*.part*")) or not (home / "dry.wav").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    crashed = int(told[0].split("; at frame ")[1].split(")")[0])
    assert crashed < len(read_floats(home / "dry.wav")) <= crashed + 8192


def by_another_host(host, words, row, sound, folder, block, values=()):
    """What a host of the tests' own makes of a sound with the same plugin."""
    sound[:, :row["inputs"]].astype("<f4").tofile(folder / "in.raw")
    subprocess.run([host, *words, "48000", str(block), "in.raw", "out.raw", *values], check=True, cwd=folder)
    return np.fromfile(folder / "out.raw", "<f4").reshape(-1, row["outputs"])

"""Patches of many plugins at once, and what they must sound like."""
import json
import subprocess

import numpy as np

from support.sound_files import read_floats, write_floats

BLOCKS = (64, 441, 1024)
FRAMES = 9600


def listed(graphophone, bridge):
    """What `modules --plugins` finds of one bridge, in its order."""
    run = graphophone("modules", "--plugins", "--json")
    assert run.returncode == 0, run.stderr
    return [row for row in json.loads(run.stdout) if row["type"] == bridge]


def speech(channels, frames=FRAMES):
    """A sound with silence, an attack and a decay in it, another in each channel; the same each time."""
    random = np.random.default_rng(7)
    time = np.arange(frames)[:, None] / 48000
    envelope = np.where(time < 0.02, 0, np.exp(-8 * (time - 0.02)))
    return (envelope * (0.25 * random.uniform(-1, 1, (frames, channels))
                        + 0.25 * np.sin(2 * np.pi * 220 * (1 + np.arange(channels)) * time))).astype("f4")


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


def by_another_host(host, words, row, sound, folder, block, values=()):
    """What a host of the tests' own makes of a sound with the same plugin."""
    sound[:, :row["inputs"]].astype("<f4").tofile(folder / "in.raw")
    subprocess.run([host, *words, "48000", str(block), "in.raw", "out.raw", *values], check=True, cwd=folder)
    return np.fromfile(folder / "out.raw", "<f4").reshape(-1, row["outputs"])

"""The court: every stock module in the real engine, with blocks of 1, 17, 64 and 1,024 frames, while everything in it
that can be moved moves. No call that allocates, locks or waits, no entry to the kernel, no page fault.

The violators of convictions.py stand before the same court, in the same way.
"""
import math
import os
import pathlib
import struct
import wave

import pytest

from support.guard import run_guarded

# Block, rate, frames: up to 10,000 blocks each.
SITTINGS = [(1, 44100, 10000), (17, 96000, 170000), (64, 48000, 640000), (1024, 48000, 1024000)]
SOURCE = "[src]\ntype = noise\nchannels = 2\n"
END = "[end]\ntype = meter\nfrom = x\n"


def effect(settings=""):
    return f"{SOURCE}[x]\nFROM\n{settings}{END}"


# What a type needs around it, and the host it is tried on. Offline the disk is waited for: the recorder's ring holds
# all of a sitting, so that it need not be; the player, and what fills a table that is saved, are tried in real time.
TRIED = {
    "tone": (f"[x]\nTYPE\nchannels = 2\n{END}", "offline"),
    "noise": (f"[x]\nTYPE\nchannels = 2\ncolor = pink\n{END}", "offline"),
    "file-player": (f"[x]\nTYPE\nfile = in.wav\nloop = on\nconvert = on\n{END}", "clock"),
    "table-player": (f"[tape]\ntype = table\nlength = 1s\nload = in.wav\n[x]\nTYPE\ntable = tape\nmode = loop\n"
                     f"interpolate = cubic\n{END}", "offline"),
    "gain": (effect(), "offline"),
    "mixer": (effect(), "offline"),
    "matrix": (effect("outputs = 3\n"), "offline"),
    "pan": (effect(), "offline"),
    "biquad": (effect("kind = peak\n"), "offline"),
    "eq": (effect("kinds = lowshelf, peak, highshelf\n"), "offline"),
    "freeverb": (effect(), "offline"),
    "delay": (effect("max = 1s\n"), "offline"),
    "compressor": (effect("lookahead = 5ms\n"), "offline"),
    "gate": (effect("lookahead = 5ms\n"), "offline"),
    "limiter": (effect(), "offline"),
    "dc-block": (effect(), "offline"),
    "meter": (f"{SOURCE}[x]\nFROM\n", "offline"),
    "file-recorder": (f"{SOURCE}[x]\nFROM\nfile = {{take}}.wav\nbuffer = 60s\n", "offline"),
    "table-recorder": (f"[tape]\ntype = table\nchannels = 2\nlength = 1s\nspare = on\n{SOURCE}[x]\nFROM\ntable = tape\n"
                       "mode = overdub\nfade = 5ms\n", "offline"),
    "table-writer": (f"[tape]\ntype = table\nchannels = 2\nlength = 1s\nspare = on\n{SOURCE}[x]\nFROM\n"
                     "from.position = src[1]\ntable = tape\n", "clock"),
}
# Where they are built; what they are tried with is small and well-mannered.
BRIDGES = {
    "ladspa": (effect("plugin = amp/amp_stereo\ngain = 0.5\n"), "offline"),
    "lv2": (effect("plugin = Degrade\n"), "offline"),
}
TRIED |= {name: what for name, what in BRIDGES.items()
          if (pathlib.Path(os.environ["GPH_BUILD"]) / f"modules/{name}.so").exists()}
VIOLATORS = ["malloc", "free", "lock", "wait", "write", "openat", "printf", "sleep", "kernel", "touch"]


def patch_of(type_name, body, host, block, rate):
    body = body.replace("FROM", f"type = {type_name}\nfrom = src").replace("TYPE", f"type = {type_name}")
    return f"[patch]\ndialect = 1\nhost = {host}\nrate = {rate}Hz\nblock = {block}\nlength = endless\n{body}"


def try_type(type_name, body, host, sitting, folder, environment=None):
    block, rate, frames = sitting
    with wave.open(str(folder / "in.wav"), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<hh", n, -n) for n in
                                  (int(20000 * math.sin(k / 30)) for k in range(rate // 2))))
    patch = folder / "court.ini"
    patch.write_text(patch_of(type_name, body, host, block, rate), encoding="utf-8")
    if host == "clock":
        # Real time: half a second, or what it takes for 150 blocks.
        frames = max(rate // 2, 150 * block)
    # The first brackets touch code and memory for the first time.
    return run_guarded([os.environ["COURT"], patch, frames], folder, warm_up=50, cwd=folder, env=environment or {})


def test_every_module_is_tried(build):
    assert sorted(path.stem for path in (build / "modules").glob("*.so")) == sorted(TRIED)


@pytest.mark.parametrize("sitting", SITTINGS, ids=lambda sitting: str(sitting[0]))
@pytest.mark.parametrize("type_name", TRIED)
def test_acquitted(type_name, sitting, home):
    body, host = TRIED[type_name]
    run, report = try_type(type_name, body, host, sitting, home)
    # A timer that turns once a frame, judged, may come late: lost frames are status 1, and not what is tried here.
    assert run.returncode in ((0, 1) if host == "clock" else (0,)), run.stderr
    assert report.brackets >= 100
    assert report.convictions == {}, f"\n{report}\n{run.stderr}"


@pytest.mark.parametrize("violator", VIOLATORS)
def test_convicted(violator, home):
    # In locked memory no page is touched for the first time.
    environment = {"COURT_UNLOCKED": "1", "GRAPHOPHONE_MODULE_PATH": os.environ["GRAPHOPHONE_MODULE_PATH"] + ":"
                   + os.path.dirname(os.environ["VIOLATORS"])}
    body, host = effect(), "offline"
    _, report = try_type(f"violators/{violator}", body, host, SITTINGS[2], home, environment)
    assert report.brackets > 0
    assert report.convictions

"""The bridge to LV2: planted plugins with known manners."""
import json
import os

import numpy as np
import pytest

from support.plugins import FRAMES, crashes, play, refused
from support.sound_files import read_floats

PLANTED = os.environ["PLANTED"]


@pytest.fixture
def planted(monkeypatch):
    monkeypatch.setenv("LV2_PATH", PLANTED)


# ---------------------------------------------------------------- parameters, presets, state, worker

def test_ports_become_parameters(planted, graphophone):
    page = json.loads(graphophone("describe", "lv2", "show", "--json").stdout)
    lines = {entry["name"]: (entry["range"], entry["default"]) for entry in page["params"]}
    assert lines == {"level": ("-60 dB to 20 dB", "-20 dB"), "mode": ("plain, plain-2, warm-soft", "plain"),
                     "time": ("0 s to 1 s", "0.25 s"), "cutoff": ("0 Hz to 24000 Hz", "4800 Hz"),
                     "preset-2": ("off, on", "on"), "voices": ("1 to 7", "3")}
    assert [entry["name"] for entry in page["ports"]] == ["in", "out"]


def test_a_choice_is_its_point(planted, graphophone, home):
    sound, _ = play(graphophone, home, "lv2", "urn:planted:show", "mode = warm-soft\nlevel = 3dB")
    assert (sound == 5003).all()


def test_a_preset_gives_values_and_state(planted, graphophone, home):
    sound, _ = play(graphophone, home, "lv2", "show", "preset = loud one")
    assert (sound == 6.5).all()
    sound, _ = play(graphophone, home, "lv2", "show", "preset = urn:planted:loud\nlevel = 1dB")  # keys go before it
    assert (sound == 1.5).all()
    status, said = refused(graphophone, home, "lv2", "show", "preset = Lout One")
    assert status == 2 and "rig.ini:12:10: error: 'Planted Show' has no preset 'Lout One'; did you mean 'Loud One'?" \
        in said, said


def test_what_a_host_offers(planted, graphophone, home):
    """The plugin itself looks: numbers of URIs, there and back, and options."""
    assert (play(graphophone, home, "lv2", "asks")[0] == 15).all()


def test_a_worker_answers(planted, graphophone, home):
    """Offline a job is done at once, and its answer comes before the next block."""
    sound, _ = play(graphophone, home, "lv2", "Planted Worker", block=100)
    assert (sound[:, 0] == np.arange(FRAMES) // 100).all()


@pytest.mark.parametrize("block", [64, 100, 1024])
def test_a_value_moves_as_in_stock_types(block, planted, graphophone, home):
    control = "[control]\nx.level = at 0.05s -60dB..0dB\n"
    sound, _ = play(graphophone, home, "lv2", "show", "level = -40dB", block=block, tail=control)
    moves = np.flatnonzero(np.diff(sound[:, 0])) + 1
    assert (moves % 64 == 0).all() and len(moves) >= 14
    assert sound[0, 0] == -40 and sound[-1, 0] == 0 and moves[-1] <= 2400 + 960 + 64


# ---------------------------------------------------------------- float mode, crash

def test_float_mode_stays(planted, graphophone, home):
    more = "[after]\ntype = biquad\nfrom = src\nfreq = 300Hz\n[behind]\ntype = file-recorder\nfrom = after, x\n" \
        "align = off\nfile = {}.wav\nstart = auto\n"
    _, said = play(graphophone, home, "lv2", "rounder", tail=more.format("behind"))
    _, plain = play(graphophone, home, "lv2", "show", tail=more.format("plain"))
    assert (read_floats(home / "behind.wav")[:, 0] == read_floats(home / "plain.wav")[:, 0]).all()
    assert "changes how numbers are rounded" in said and "changes how numbers are rounded" not in plain


def test_a_crash_costs_no_take(planted, graphophone, home):
    crashes(graphophone, home, "lv2", "urn:planted:crash", "[out]\ntype = output\nchannels = 1\nfrom = x\n")


# ---------------------------------------------------------------- what is refused

@pytest.mark.parametrize("plugin, status, text", [
    ("shwo", 2, "no LV2 plugin 'shwo'; did you mean 'show'?"),
    ("nothing-like-it", 2, "no LV2 plugin 'nothing-like-it'; 'graphophone modules --plugins' lists what there is"),
    ("needy", 2, "'Planted Needy' cannot be used: it needs the feature urn:nobody:has-it, which is not offered here"),
    ("cv", 2, "'Planted CV' cannot be used: its port 'bend' is for control voltage, which is not offered here"),
    ("file:///usr/lib/lv2/mda.lv2", 2, "no LV2 plugin 'file:///usr/lib/lv2/mda.lv2'"),
    ("/usr/lib/lv2/mda.lv2/mda.so", 2, "no LV2 plugin '/usr/lib/lv2/mda.lv2/mda.so'"),
])
def test_refused_at_its_place(plugin, status, text, planted, graphophone, home):
    found, said = refused(graphophone, home, "lv2", plugin)
    assert found == status and f"rig.ini:11:10: error: {text}" in said, said


@pytest.mark.parametrize("more, text", [
    ("levle = 3dB", "rig.ini:12:1: error: lv2 has no 'levle'; did you mean 'level'?"),
    ("zzzzzz = 3dB", "rig.ini:12:1: error: lv2 has no 'zzzzzz'; 'graphophone describe lv2 show' lists what it has"),
    ("mode = plian", "rig.ini:12:8: error: 'plian' is unknown here; did you mean 'plain'?"),
    ("voices = 9", "rig.ini:12:10: error: 9 is above 7, the most that 'voices' takes"),
])
def test_parameters_refused(more, text, planted, graphophone, home):
    status, said = refused(graphophone, home, "lv2", "show", more)
    assert status == 2 and text in said, said

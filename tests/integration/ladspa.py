"""The bridge to LADSPA: planted plugins with known manners."""
import json
import os

import numpy as np
import pytest

from support.plugins import FRAMES, crashes, listed, play, refused, speech, write
from support.sound_files import read_floats

PLANTED = os.environ["PLANTED"]


@pytest.fixture
def planted(monkeypatch):
    monkeypatch.setenv("LADSPA_PATH", PLANTED)


# ---------------------------------------------------------------- parameters

def test_ports_become_parameters(planted, graphophone):
    page = json.loads(graphophone("describe", "ladspa", "planted_show", "--json").stdout)
    lines = {entry["name"]: (entry["range"], entry["default"]) for entry in page["params"]}
    assert lines == {"level": ("-60 dB to 20 dB", "-20 dB"), "time": ("0 s to 1 s", "0.25 s"),
                     "cutoff": ("4.8 Hz to 24000 Hz", "339.411 Hz"), "steps": ("1 to 7", "7"),
                     "plugin-2": ("off, on", "on")}
    assert [entry["name"] for entry in page["meters"]] == ["calls"]
    assert [(entry["name"], entry["range"]) for entry in page["ports"]] == [("in", "1 channel"), ("out", "1 channel")]


@pytest.mark.parametrize("block", [64, 100, 1024])
def test_a_value_moves_as_in_stock_types(block, planted, graphophone, home):
    """A straight line of 20 ms, in steps of 64 frames that no block moves; it ends where it should."""
    control = "[control]\nx.level = at 0.05s -60dB..0dB\n"
    sound, _ = play(graphophone, home, "ladspa", "planted_show", "level = -40dB", block=block, tail=control)
    moves = np.flatnonzero(np.diff(sound[:, 0])) + 1
    assert (moves % 64 == 0).all() and len(moves) >= 14
    assert sound[0, 0] == -40 and sound[-1, 0] == 0 and 2400 <= moves[0] <= 2528 and moves[-1] <= 2400 + 960 + 64
    line = -40 + 40 * np.clip((moves - 2400) / 960, 0, 1)
    assert np.abs(sound[moves, 0] - line).max() <= 0.05
    assert sound.tobytes() == play(graphophone, home, "ladspa", "planted_show", "level = -40dB", block=480,
                                   tail=control)[0].tobytes()


def test_by_osc_and_status(planted, graphophone, home, free_port):
    """OSC's path of the node moves it, as it moves parameters of stock types."""
    control = f"[control]\nosc = 127.0.0.1:{free_port}\nx.level = osc /here\nx.steps = key s 1..3\n"
    write(home, "ladspa", "planted_show", tail=control)
    assert graphophone("check", "rig.ini").returncode == 0
    write(home, "ladspa", "planted_show", tail=control.replace("steps", "stops"))
    run = graphophone("check", "rig.ini")
    assert run.returncode == 2 and "rig.ini:21:3: error: ladspa has no trigger or parameter 'stops'; did you mean " \
        "'steps'?" in run.stderr


# ---------------------------------------------------------------- latency, float mode, crash

def test_latency_is_counted(planted, graphophone, home):
    plain = "[plain]\ntype = file-recorder\nfrom = x\nfile = late.wav\nalign = off\nstart = auto\n"
    sound, _ = play(graphophone, home, "ladspa", "planted_late", tail=plain)
    late = read_floats(home / "late.wav")
    assert not late[:100].any() and (late[100:, 0] == speech(1)[:len(late) - 100, 0]).all()
    # A recorder is aligned unless it is told not to.
    assert (sound[:FRAMES - 100, 0] == speech(1)[:FRAMES - 100, 0]).all()
    run = graphophone("check", "rig.ini", "--json")
    assert '"latency": 100' in run.stdout


@pytest.mark.parametrize("mode", ["rounder", "late"])
def test_float_mode_stays(mode, planted, graphophone, home):
    """A plugin that leaves the processor rounding to zero changes nothing behind it, and is named."""
    more = "[after]\ntype = biquad\nfrom = src\nfreq = 300Hz\n[behind]\ntype = file-recorder\nfrom = after, x\n" \
        "align = off\nfile = behind.wav\nstart = auto\n"
    _, said = play(graphophone, home, "ladspa", f"planted_{mode}", tail=more)
    _, plain = play(graphophone, home, "ladspa", "planted_show", tail=more.replace("behind.wav", "plain.wav"))
    assert (read_floats(home / "behind.wav")[:, 0] == read_floats(home / "plain.wav")[:, 0]).all()
    assert ("changes how numbers are rounded" in said) == (mode == "rounder")
    assert "changes how numbers are rounded" not in plain


def test_a_crash_costs_no_take(planted, graphophone, home):
    crashes(graphophone, home, "ladspa", "planted_crash",
            "[wet]\ntype = file-recorder\nfrom = x\nfile = wet.wav\nstart = auto\n")


# ---------------------------------------------------------------- what is refused

@pytest.mark.parametrize("plugin, text", [
    ("planted_shwo", "no LADSPA plugin 'planted_shwo'; did you mean 'planted_show'?"),
    ("planted/planted_shwo", "'planted' has no plugin 'planted_shwo'; did you mean 'planted/planted_show'?"),
    ("plant/planted_show", "no library of LADSPA plugins 'plant'; did you mean planted/planted_show?"),
    ("planted", "'planted' may be planted/planted_rounder, planted/planted_crash, planted/planted_late, "
     "planted/planted_show, planted/planted_bare; say which"),
    ("planted_bare", "'planted_bare' cannot be used: it lacks functions that every plugin has"),
    ("nothing-like-it", "no LADSPA plugin 'nothing-like-it'; 'graphophone modules --plugins' lists what there is"),
    ("/usr/lib/ladspa/amp.so", "'/usr/lib/ladspa/amp.so' is no name of a LADSPA plugin; write LABEL or "
     "LIBRARY/LABEL, as 'graphophone modules --plugins' lists them"),
    ("../planted/planted_show", "'../planted/planted_show' is no name"),
    ("~/planted_show", "'/"),
])
def test_refused_at_its_place(plugin, text, planted, graphophone, home):
    status, said = refused(graphophone, home, "ladspa", plugin)
    assert status == 2 and f"rig.ini:11:10: error: {text}" in said, said


@pytest.mark.parametrize("more, channels, text", [
    ("levle = 3dB", 1, "rig.ini:12:1: error: ladspa has no 'levle'; did you mean 'level'?"),
    ("zzzzzz = 3dB", 1, "rig.ini:12:1: error: ladspa has no 'zzzzzz'; 'graphophone describe ladspa planted_show' lists "
     "what it has"),
    ("level = 30dB", 1, "rig.ini:12:9: error: 30dB is above 20dB, the most that 'level' takes"),
    ("time = 3Hz", 1, "rig.ini:12:9: error: 'Hz' is not a time; 'time' of ladspa takes "),
])
def test_parameters_refused(more, channels, text, planted, graphophone, home):
    status, said = refused(graphophone, home, "ladspa", "planted_show", more, channels)
    assert status == 2 and text in said, said


@pytest.mark.parametrize("path", ["", ":", ".", "planted", "/nowhere"])
def test_a_path_that_names_no_folder_finds_nothing(path, graphophone, monkeypatch):
    """Neither the current folder nor an empty entry is searched."""
    monkeypatch.chdir(PLANTED)
    monkeypatch.setenv("LADSPA_PATH", path)
    assert listed(graphophone, "ladspa") == []


def test_what_others_may_write_is_not_loaded(graphophone, home, monkeypatch):
    folder = home / "plugins"
    folder.mkdir()
    (folder / "open.so").write_bytes((open(os.path.join(PLANTED, "planted.so"), "rb")).read())
    (folder / "open.so").chmod(0o666)
    (folder / "text.so").write_text("no library")
    monkeypatch.setenv("LADSPA_PATH", str(folder))
    rows = {row["plugin"]: row["refused"] for row in listed(graphophone, "ladspa")}
    assert rows["open"] == "everybody may write it" and "text.so" in rows["text"]

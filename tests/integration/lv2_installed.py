"""The bridge to LV2: plugins that are installed, and hosts that are not ours."""
import json
import os
import subprocess

import numpy as np
import pytest

from support.plugins import FRAMES, all_run, by_another_host, listed, play, refused, speech
from support.sound_files import read_floats, write_floats

HOST = os.environ["LV2_HOST"]
# One of a few families of LSP: all 180 of them differ in widths and bands alone, and take a second each to be made.
LSP = ["art_delay_stereo", "compressor_stereo", "filter_stereo", "gate_stereo", "graph_equalizer_x16_stereo",
       "limiter_stereo", "sc_compressor_stereo", "slap_delay_stereo"]
SWH = ["alias", "amp", "comb", "decimator", "diode", "flanger", "foldover", "inv", "satan_maximiser", "valve"]
SAME = {  # plugin: values by symbol, as the patch says them
    "Overdrive": (["drive=0.6", "muffle=0.25"], "drive = 0.6\nmuffle = 0.25"),
    "Degrade": ([], ""),
    "Delay": (["feedback=0.75"], "feedback = 0.75"),
    "Ambience": ([], ""),
    "Dynamics": ([], ""),
    "RingMod": ([], ""),
    "Limiter": ([], ""),
}


def test_plugins_run(graphophone, home):
    """Finite, at three block sizes and two widths, and most alike at each."""
    rows = [row for row in listed(graphophone, "lv2") if "mda.lv2" in row["path"] or row["plugin"] in LSP + SWH]
    # Instruments that MIDI plays, which does not reach plugins.
    assert {row["plugin"] for row in rows if row["refused"]} == {"DX10", "EPiano", "JX10", "Piano"}
    rows = [row for row in rows if not row["refused"] and row["outputs"]]
    wide, alike = all_run(graphophone, home, rows, "lv2")
    assert len(rows) >= 45 and len(wide) >= 40 and len(alike) >= 12


@pytest.mark.parametrize("plugin", SAME)
def test_as_another_host_has_it(plugin, graphophone, home):
    values, more = SAME[plugin]
    row = next(row for row in listed(graphophone, "lv2") if row["plugin"] == plugin)
    sound = speech(row["inputs"])
    names = [entry["name"] for entry in json.loads(graphophone("describe", "lv2", plugin, "--json").stdout)["params"]]
    assert {line.split(" =")[0] for line in more.split("\n") if line} <= set(names), names
    ours, _ = play(graphophone, home, "lv2", plugin, more, sound)
    theirs = by_another_host(HOST, [f"http://drobilla.net/plugins/mda/{plugin}"], row, sound, home, 64, values)
    assert ours.tobytes() == theirs.tobytes() and np.abs(ours).max() > 0


@pytest.mark.parametrize("plugin", ["Overdrive", "Delay", "RingMod"])
def test_as_lv2apply_has_it(plugin, graphophone, home):
    """lilv's own tool, which runs plugins frame by frame."""
    values, more = SAME[plugin]
    sound = speech(2)
    ours, _ = play(graphophone, home, "lv2", plugin, more, sound)
    write_floats(home / "in.wav", sound)
    words = [word for value in values for word in ("-c", *value.split("="))]
    subprocess.run(["lv2apply", "-i", "in.wav", "-o", "out.wav", *words, f"http://drobilla.net/plugins/mda/{plugin}"],
                   check=True)
    assert ours.tobytes() == read_floats(home / "out.wav").tobytes()


def test_latency_is_counted(graphophone, home):
    """LSP's limiter looks ahead; a recorder puts its sound where the plain sound is."""
    sound = np.zeros((FRAMES, 2), "f4")
    sound[2000] = 0.5
    plain = "[raw]\ntype = file-recorder\nfrom = x\nfile = raw.wav\nalign = off\nstart = auto\n"
    ours, _ = play(graphophone, home, "lv2", "limiter_stereo", sound=sound, tail=plain)
    late = int(np.abs(read_floats(home / "raw.wav")[:, 0]).argmax()) - 2000
    assert late > 0 and f'"latency": {late}' in graphophone("check", "rig.ini", "--json").stdout
    assert int(np.abs(ours[:, 0]).argmax()) == 2000


def test_a_sidechain_is_heard(graphophone, home):
    page = json.loads(graphophone("describe", "lv2", "sc_gate_stereo", "--json").stdout)
    assert [entry["name"] for entry in page["ports"]] == ["in", "sidechain", "out"]
    assert refused(graphophone, home, "lv2", "sc_gate_stereo", "from.sidechain = src", 2)[0] == 0
    status, said = refused(graphophone, home, "lv2", "limiter_stereo", "from.sidechain = src", 2)
    assert status == 2 and "'LSP Limiter Stereo' has no sidechain; take 'from.sidechain' away" in said, said


def test_widths(graphophone, home):
    status, said = refused(graphophone, home, "lv2", "Overdrive", channels=3)
    assert status == 2 and "3 channels cannot be shared out to copies of lv2, which takes 2 channels" in said, said
    sound = speech(4)
    four, _ = play(graphophone, home, "lv2", "Overdrive", "", sound)
    two, _ = play(graphophone, home, "lv2", "Overdrive", "", sound[:, 2:])
    assert (four[:, 2:] == two).all()

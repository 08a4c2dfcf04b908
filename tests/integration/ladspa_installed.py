"""The bridge to LADSPA: every plugin that is installed, and hosts that are not ours."""
import json
import os
import subprocess
import wave

import numpy as np
import pytest

from support.plugins import FRAMES, all_run, by_another_host, listed, play, refused, speech

HOST = os.environ["LADSPA_HOST"]
SAME = {  # plugin, file, values by port, as the patch says them
    "amp/amp_mono": ("amp.so", ["0=0.25"], "gain = 0.25"),
    "amp/amp_stereo": ("amp.so", ["0=2"], "gain = 2"),
    "delay/delay_5s": ("delay.so", ["0=0.05", "1=0.5"], "delay = 50ms\ndry-wet-balance = 0.5"),
    "filter/lpf": ("filter.so", ["0=500"], "cutoff-frequency = 500Hz"),
    "sc4_1882/sc4": ("sc4_1882.so", ["0=0", "1=20", "2=200", "3=-24", "4=4", "5=3", "6=6"],
                     "rms-peak = 0\nattack-time = 20ms\nrelease-time = 200ms\nthreshold-level = -24dB\nratio = 4\n"
                     "knee-radius = 3dB\nmakeup-gain = 6dB"),
    "tap_tremolo/tap_tremolo": ("tap_tremolo.so", ["0=5", "1=60", "2=-3"], "frequency = 5Hz\ndepth = 60%\ngain = -3dB"),
    "valve_1209/valve": ("valve_1209.so", ["0=0.3", "1=0.7"], "distortion-level = 0.3\ndistortion-character = 0.7"),
    "cmt/hpf": ("cmt.so", ["0=1000"], "cutoff-frequency = 1000Hz"),
}


def test_every_plugin_runs(graphophone, home):
    """All that give sound: finite, at three block sizes and two widths, and most alike at each."""
    rows = [row for row in listed(graphophone, "ladspa") if not row["refused"]]
    mute = {row["plugin"] for row in rows if not row["outputs"]}
    # They only measure, or have control ports alone.
    assert mute <= {"cmt/track_max_peak", "cmt/track_max_rms", "cmt/track_peak", "cmt/track_rms",
                    "cmt/identity_control", "cmt/null_ai", "cmt/null_ci", "cmt/null_co", "cmt/peak"}
    rows = [row for row in rows if row["outputs"]]
    wide, alike = all_run(graphophone, home, rows, "ladspa")
    assert len(rows) >= 200 and len(wide) >= 130 and len(alike) >= 165


@pytest.mark.parametrize("block", [64, 441])
@pytest.mark.parametrize("plugin", SAME)
def test_as_another_host_has_it(plugin, block, graphophone, home):
    file, values, more = SAME[plugin]
    row = next(row for row in listed(graphophone, "ladspa") if row["plugin"] == plugin)
    sound = speech(row["inputs"])
    page = json.loads(graphophone("describe", "ladspa", plugin, "--json").stdout)
    names = [entry["name"] for entry in page["params"]]
    assert set(line.split(" =")[0] for line in more.split("\n")) <= set(names), names
    # Port numbers above count the controls; the host counts all ports.
    ours, _ = play(graphophone, home, "ladspa", plugin, more, sound, block)
    theirs = by_another_host(HOST, [os.path.realpath(row["path"]), plugin.split("/")[1]], row, sound, home, block,
                             values)
    assert os.path.basename(row["path"]) == file
    assert ours.tobytes() == theirs.tobytes()
    assert np.abs(ours).max() > 0


@pytest.mark.parametrize("plugin, file, values", [
    ("amp/amp_mono", "amp.so", ["0.25"]), ("delay/delay_5s", "delay.so", ["0.05", "0.5"]),
    ("filter/lpf", "filter.so", ["500"])])
def test_as_applyplugin_has_it(plugin, file, values, graphophone, home):
    """LADSPA's own tool, which knows 16 bits alone."""
    sound = (np.round(speech(1) * 32768) / 32768).astype("f4")
    ours, _ = play(graphophone, home, "ladspa", plugin, SAME[plugin][2], sound)
    with wave.open("in.wav", "wb") as out:
        out.setparams((1, 2, 48000, 0, "NONE", ""))
        out.writeframes((sound * 32768).astype("<i2").tobytes())
    subprocess.run(["applyplugin", "in.wav", "out.wav", f"/usr/lib/ladspa/{file}", plugin.split("/")[1], *values],
                   check=True)
    with wave.open("out.wav", "rb") as got:
        theirs = np.frombuffer(got.readframes(FRAMES), "<i2") / 32768
    assert np.abs(ours[:, 0] - theirs).max() <= 1.01 / 32768 and np.abs(theirs).max() > 0.01


def test_widths(graphophone, home):
    """A narrow plugin is copied; what cannot be shared out, or has nothing to take, is refused at its place."""
    status, said = refused(graphophone, home, "ladspa", "amp/amp_stereo", channels=3)
    assert status == 2 and "rig.ini:10:8: error: 3 channels cannot be shared out to copies of ladspa, which takes 2 " \
        "channels" in said, said
    status, said = refused(graphophone, home, "ladspa", "gverb_1216/gverb", channels=2)  # from one channel to two
    assert status == 2 and "rig.ini:10:8: error: 2 channels for 'in' of ladspa, which takes 1 channel" in said, said
    sound = speech(6)
    assert (play(graphophone, home, "ladspa", "amp/amp_stereo", "gain = 1", sound)[0] == sound).all()
    text = (home / "rig.ini").read_text()
    (home / "rig.ini").write_text(text.replace("from = src\n", "", 1))
    run = graphophone("check", "rig.ini")
    assert run.returncode == 2 and "nothing goes into 'amp_stereo', which takes 2 channels; 'from' says what should" \
        in run.stderr, run.stderr

"""What a graph says first about a patch: tests/golden/graph/NAME.ini gives NAME.txt.

The patches are the examples of config/patches with one line changed, as a person mistypes them; and
shorter ones for what no example has. Recorders and players stand in: no disk is looked at.
"""
import os
import pathlib
import resource
import time

import pytest

from support import programs

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ["GPH_BUILD"])
CASES = sorted((HERE / "graph").glob("*.ini"))
PROGRAM = "tests/golden/golden-build"
SANITIZED = b"__asan" in programs.path_of(PROGRAM).read_bytes()
HEAD = "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-6\n"


def build(folder, name, modules=BUILD / "tests/modules/stand-in", **options):
    result = programs.run(PROGRAM, "--module-dir", modules, name, cwd=folder, **options)
    result.said = result.stdout.decode()
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_first_message(case):
    result = build(case.parent, case.name)
    expected = case.with_suffix(".txt").read_text(encoding="utf-8")
    assert result.said[:len(expected)] == expected
    assert result.returncode == (3 if case.stem.endswith("-type") else 2)


def test_every_text_has_its_patch():
    assert len(CASES) > 5
    assert {path.stem for path in CASES} == {path.stem for path in (HERE / "graph").glob("*.txt")}


@pytest.mark.parametrize("name", ["stereo-rig", "looper", "level-trigger", "render", "installation", "multitrack",
                                  "pre-post", "quickstart", "table-to-numpy"])
def test_examples(source, name):
    result = build(source / "config/patches", f"{name}.ini")
    assert result.said == ""
    assert result.returncode == 0


# What is wrong with a patch of a few lines (behind HEAD, which has 5), and what is said of it.
MESSAGES = [
    ("[a]\ntype = gain\n", "6:2: error: nothing goes into 'a'; 'from' says what should"),
    ("[a]\ntype = tone\nfrom = mic\n", "8:1: error: nothing goes into 'a': tone has no input"),
    ("[a]\ntype = gain\nfrom = mic[7]\n", "8:8: error: 'mic' has 6 channels"),
    ("[a]\ntype = gain\nfrom = mic:lft\n", "8:12: error: input has no output 'lft'; it has 'out'"),
    ("[a]\ntype = gain\nfrom = mic:ou\n", "8:12: error: input has no output 'ou'; did you mean 'out'?"),
    ("[a]\ntype = gain\nfrom = mic*\n", "8:8: error: [mic] is not repeated; leave the '*' away"),
    ("[a]\ntype = gain\nfrom = mic\nrepeat = 1-2\n[b]\ntype = gain\nfrom = a\n",
     "12:8: error: [a] is repeated; write a* for all copies, or one of them, 'a1'"),
    ("[a]\ntype = gain\nfrom = mic\nfrom.in = mic\n",
     "9:1: error: 'from.in' is wired by 'from' already; write a + b to mix, a, b side by side"),
    ("[a]\ntype = compressor\nfrom = mic\nfrom.sidechian = mic\n",
     "9:6: error: compressor has no input 'sidechian'; did you mean 'sidechain'?"),
    ("[a]\ntype = meter\nfrom = mic\n[b]\ntype = gain\nfrom = a\n",
     "11:8: error: 'a' is of type meter, which has no output"),
    ("[t]\ntype = table\nlength = 1s\n[b]\ntype = gain\nfrom = t\n",
     "11:8: error: 't' is a table, which a table-player plays; it has no output"),
    ("[a]\ntype = gain\nfrom = mic[1-2] + mic[1-3]\n",
     "8:8: error: 'mic' has 2 channels and is mixed with 3; '+' takes equal widths, or 1 to all"),
    ("[a]\ntype = output\nchannels = 1-2\nfrom = mic\n", "9:8: error: 6 channels for 'a', which has 2"),
    ("[a]\ntype = pan\nfrom = mic\n", "8:8: error: 6 channels for 'in' of pan, which takes 1 to 2 channels"),
    ("[a]\ntype = gain\nfrom = a\n", "8:8: error: the wiring is a circle: a -> a; put a 'feedback' node into it"),
    ("[f]\ntype = feedback\nfrom = f\n", "8:8: error: the width of 'f' depends on itself; "
     "mix something of a known width into the circle"),
    ("[a]\ntype = gain\nfrom = mic[1] + f\n[b]\ntype = gain\nfrom = a + mic[1-2]\n[f]\ntype = feedback\nfrom = b\n",
     "8:8: error: this makes 'a' wider than the 1 channels that the rest of the circle has"),
    ("[a]\ntype = gain\nfrom = mic\ngain = -6dB, -3dB\n",
     "9:8: error: 2 values for 6 channels of 'gain'; one for all is possible, or one each"),
    ("[a]\ntype = gain\nfrom = mic\ngain[7] = -6dB\n", "9:6: error: 'gain' of 'a' has 6 channels"),
    ("[a]\ntype = gain\nfrom = mic\ngain[1>2] = -6dB\n",
     "9:6: error: 'gain' has one value a channel, not a crosspoint; write gain[3]"),
    ("[a]\ntype = matrix\noutputs = 2\nfrom = mic\ngain[1] = -6dB\n",
     "10:6: error: 'gain' has one value a crosspoint: write gain[IN>OUT]"),
    ("[a]\ntype = matrix\noutputs = 2\nfrom = mic\ngain[1>3] = -6dB\n",
     "10:8: error: 'gain' of 'a' has 2 outputs"),
    ("[a]\ntype = matrix\nfrom = mic\n", "6:2: error: [a] needs 'outputs', as a matrix must say"),
    ("[a]\ntype = gain\nfrom = mic\nmute = maybe\n", "9:8: error: "),
    ("[a]\ntype = input\n", "6:2: error: [a] needs 'channels': which of the device, such as 1-2"),
    ("[a]\ntype = input\nchannels = 2\nchannel = 3\n",
     "9:1: error: 'channels' is there already; one of the two is enough"),
    ("[a]\ntype = input\nchannel = 3-4\n", "8:11: error: 'channel' is one; 'channels' are several"),
    ("[a]\ntype = input\nchannels = 3-\n",
     "8:12: error: how many channels the device has is not known here; write them out, 1-8"),
    ("[a]\ntype = input\nchannels = 2000\n", "8:12: error: no device has a channel 2000; 1024 is the limit"),
    ("[t]\ntype = table\n", "6:2: error: [t] needs 'length', or 'load' with a file"),
    ("[p]\ntype = table-player\ntable = mic\n", "8:9: error: 'mic' is of type input, not a table"),
    ("[t]\ntype = table\nload = none.wav\n", "8:8: error: none.wav: "),
    ("[t]\ntype = table\nlength = 1s\n[a]\ntype = table-recorder\ntable = t\nfrom = mic[1]\n"
     "[b]\ntype = table-recorder\ntable = t\nfrom = mic[1]\n",
     "15:9: error: table 't' has a writer already, 'a'; it can have one"),
    ("[t]\ntype = table\nlength = 1s\n[r]\ntype = table-recorder\ntable = t\nfrom = p\n[p]\ntype = table-player\n"
     "table = t\n", "12:8: error: the wiring is a circle: r -> p -> r; let a player 'follow' the recorder"),
    ("[control]\nmci.gain = key r\n", "7:1: error: no node 'mci'; did you mean 'mic' (line 3)?"),
    ("[g]\ntype = gate\nfrom = mic\n[m]\ntype = meter\nfrom = g\n[control]\ng.treshold = key r\n",
     "13:3: error: gate has no trigger or parameter 'treshold'; did you mean 'threshold'?"),
    ("[g]\ntype = gate\nfrom = mic\n[m]\ntype = meter\nfrom = g\n[control]\ng.threshold = key r\n",
     "13:15: error: 'threshold' is a parameter; say what it goes to, LOW..HIGH"),
    ("[g]\ntype = gate\nfrom = mic\n[r]\ntype = file-recorder\nfile = x.wav\nfrom = g\n[control]\n"
     "r.toggle = on g.open\n", "14:17: error: gate gives no trigger 'open'; did you mean 'opened'?"),
    ("[g]\ntype = gate\nfrom = mic\n[r]\ntype = file-recorder\nfile = x.wav\nfrom = g\n[control]\n"
     "r.toggle = midi cc 3 0%..20%\n", "14:22: error: 'toggle' is a trigger and takes no range"),
    ("[g]\ntype = gate\nfrom = mic\n[m]\ntype = meter\nfrom = g\n[control]\ng.threshold = midi cc 3 0dB..20s\n",
     "13:"),
    ("[g]\ntype = gate\nfrom = mic\n[h]\ntype = table-player\ntable = t\nstart = trigger\n[t]\ntype = table\n"
     "length = 1s\n[k]\ntype = gate\nfrom = h\n[control]\nh.play = on k.opened\n",
     "20:10: error: the wiring is a circle: h -> k -> h; mark one of its triggers 'late'"),
    ("[a]\ntype = gain\nfrom = mic\n", "6:2: warning: nothing takes what 'a' gives"),
    ("[t]\ntype = table\nlength = 1s\n", "6:2: warning: nobody plays or records table 't'"),
]


@pytest.mark.parametrize("text, message", MESSAGES, ids=[message.split(": ", 2)[-1][:40] for _, message in MESSAGES])
def test_message(tmp_path, text, message):
    (tmp_path / "x.ini").write_text(HEAD + text, encoding="utf-8")
    result = build(tmp_path, "x.ini")
    lines = [line for line in result.said.splitlines() if line.startswith("x.ini:")]
    assert any(line.startswith(f"x.ini:{message}") for line in lines), result.said
    assert result.returncode == (0 if "warning" in message else 5 if "none.wav" in message else 2)


SHAPES = [
    ("[a]\ntype = shapes/stereo\nfrom = mic[1-3]\n", 2,
     "8:8: error: 3 channels cannot be shared out to copies of stereo, which takes 2 channels"),
    ("[a]\ntype = shapes/stereo\nfrom = mic\nlevel[6] = -6dB\n", 0, ""),
    ("[a]\ntype = shapes/stereo\nfrom = mic\nlevel[7] = -6dB\n", 2, "9:7: error: 'level' of 'a' has 6 channels"),
    ("[a]\ntype = shapes/keyed\nfrom = mic\nfrom.key = mic[1]\n", 0, ""),
    ("[a]\ntype = shapes/keyed\nfrom = mic\nfrom.key = mic\n", 0, ""),
    ("[a]\ntype = shapes/keyed\nfrom = mic[1-4]\nfrom.key = mic[1-3]\n", 2,
     "9:12: error: 3 channels cannot be shared out to copies of keyed, which takes 1 to 2 channels"),
    ("[a]\ntype = shapes/failing\nfrom = mic\nat = configure\n", 2, "9:6: error: this was asked for"),
    ("[a]\ntype = shapes/failing\nfrom = mic\nat = file\n", 5, "9:6: error: this was asked for"),
    ("[a]\ntype = shapes/failing\nfrom = mic\nat = silently\n", 3,
     "6:2: error: 'a': failing cannot be set up: it does not offer this"),
    ("[a]\ntype = shapes/failing\nfrom = mic\noutputs = 9\n", 3,
     "6:2: error: 'a': failing gives 9 channels at 'out', of 1 to 8"),
    ("[a]\ntype = shapes/inactive\nfrom = mic\n", 3, "6:2: error: 'a': inactive cannot be made ready: it does not say why"),
    ("[a]\ntype = shapes/later\nfrom = mic\ndepth = 30%\n[b]\ntype = gain\nfrom = a:second[2], a\n", 0, ""),
    ("[a]\ntype = shapes/later\nfrom = mic\ndpeth = 30%\n", 2,
     "9:1: error: later has no 'dpeth'; did you mean 'depth'?"),
    ("[a]\ntype = shapes/later\nfrom = mic\n[b]\ntype = gain\nfrom = a:third\n", 2,
     "11:10: error: later has no output 'third'; it has 'first', 'second'"),
    ("[a]\ntype = shapes/later\nfrom = mic\n[control]\na.depth = midi cc 3 0%..20%\na.dept = midi cc 3\n", 2,
     "11:3: error: later has no trigger or parameter 'dept'; did you mean 'depth'?"),
    ("[a]\ntype = shapes/sterio\nfrom = mic\n", 3, "7:8: error: module 'shapes' has no type 'sterio'; it has 'stereo'"),
]


@pytest.mark.parametrize("text, status, message", SHAPES, ids=[text.split("shapes/")[1][:40] for text, *_ in SHAPES])
def test_shape(tmp_path, text, status, message):
    (tmp_path / "x.ini").write_text(HEAD + text, encoding="utf-8")
    result = build(tmp_path, "x.ini", BUILD / "tests/modules")
    assert f"x.ini:{message}" in result.said if message else "error" not in result.said, result.said
    assert result.returncode == status, result.said


def test_width_through_a_trigger(tmp_path):
    """A player that a gate starts, whose width hangs on the player by way of a feedback."""
    (tmp_path / "x.ini").write_text(HEAD + "[t]\ntype = table\nlength = 1s\nchannels = 2\n[p]\ntype = table-player\n"
                                    "table = t\nstart = trigger\n[f]\ntype = feedback\nfrom = p\n[g]\ntype = gate\n"
                                    "from = f\n[out]\ntype = output\nchannels = 2\nfrom = g\n[control]\n"
                                    "p.play = on g.opened\n")
    result = build(tmp_path, "x.ini")
    assert "error" not in result.said
    assert result.returncode == 0


def test_many_circles(tmp_path):
    """5,000 feedbacks, each of which hangs on the next, take no longer than as many of anything."""
    text = "".join(f"[f{i}]\ntype = feedback\nfrom = g{i}\n[g{i}]\ntype = gain\nfrom = mic[1] + f{i} + "
                   f"{f'f{i + 1}' if i < 4999 else 'mic[2]'}\n" for i in range(5000))
    (tmp_path / "x.ini").write_text(HEAD + text)
    before = time.monotonic()
    assert build(tmp_path, "x.ini").returncode == 0
    assert time.monotonic() - before < 15


def test_all_problems_in_file_order(tmp_path):
    (tmp_path / "x.ini").write_text(HEAD + "[a]\ntype = gain\nfrom = mci\ngain = 3ms\n[b]\ntype = tone\nfreq = 1Hzz\n"
                                    "[c]\ntype = meter\nfrom = b[1\n[d]\ntype = meter\n")
    said = build(tmp_path, "x.ini").said
    lines = [int(line.split(":")[1]) for line in said.splitlines() if line.startswith("x.ini:")]
    assert lines == sorted(lines) and len(lines) >= 1


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))


@pytest.mark.parametrize("text, words", [
    ("[n]\ntype = gain\nrepeat = 1-9000\nfrom = mic[1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6,1-6]\n",
     "the ports of all nodes have more than 1048576 channels; that is the limit"),
    ("[n]\ntype = meter\nrepeat = 1-3000\nfrom = mic\n[m]\ntype = meter\nrepeat = 1-3000\nfrom = mic[" +
     ",".join(["1-6"] * 170) + "]\n", "the limit"),
    ("[n]\ntype = gain\nrepeat = 1-2000\nfrom = mic\n[m]\ntype = gain\nrepeat = 1-2000\nfrom = n1 + n*\n",
     "more than 1048576 connections between nodes; that is the limit"),
    ("[m]\ntype = matrix\noutputs = 1000\nrepeat = 1-5\nfrom = mic[" + ",".join(["1-6"] * 150) + "]\n",
     "more than 2097152 values of parameters and meters; that is the limit"),
], ids=["channels", "channels-in", "connections", "items"])
def test_limits(tmp_path, text, words):
    (tmp_path / "x.ini").write_text(HEAD + text, encoding="utf-8")
    result = build(tmp_path, "x.ini", preexec_fn=None if SANITIZED or programs.IS_WINDOWS else limited)
    assert words in result.said, result.said[:2000]
    assert result.returncode == 2

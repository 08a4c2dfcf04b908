"""Rows P1 to P4: what is wrong in a patch is told with file, line and column, by every command, and nothing is begun."""
import os
import random
import re
import resource

import pytest

from support.faults import RIG, SANITIZED, Refusal, changed, tree

MEBIBYTE = 1 << 20


@pytest.fixture
def refused(graphophone, home):
    return Refusal(graphophone, home)


def test_the_rig_itself_is_fine(graphophone, home):
    """Otherwise what follows would prove nothing."""
    (home / "rig.ini").write_text(RIG)
    before = tree(home)
    assert graphophone("check", "rig.ini").returncode == 0
    assert tree(home) == before
    assert graphophone("render", "rig.ini").returncode == 0
    assert set(tree(home)) == set(before) | {"keep.wav"}


# ---------------------------------------------------------------- P1

@pytest.mark.parametrize("old, new, told", [
    ("channels = 2", "channels = 2000", "7:12: error: 2000 is above 1024, the most that 'channels' takes"),
    ("channels = 2", "channels = 64abc", "7:14: error: 'abc' is not a plain number; 'channels' of tone takes a whole number"),
    ("channels = 2", "channels = 010", "7:12: error: a number has no leading zero"),
    ("channels = 2", "channels = nan", "7:12: error: 'nan' is not a number; 'channels' of tone takes a whole number"),
    ("channels = 2", "channels = 1,5", "7:13: error: one number is possible here, with a point where it has decimals"),
    ("channels = 2", "channels = 0x2", "7:13: error: 'x2' is not a plain number"),
    ("channels = 2", "channels = 1e1", "7:13: error: 'e1' is not a plain number"),
    ("channels = 2", "gain = nan", "7:8: error: 'nan' is not a number; 'gain' of tone takes dB, x or off"),
    ("channels = 2", "gain = inf", "7:8: error: 'inf' is not a number; 'gain' of tone takes dB, x or off"),
    ("channels = 2", "gain = -6", "7:8: error: -6 needs a unit"),
    ("channels = 2", "gain = -6ms", "7:10: error: 'ms' is not a level; 'gain' of tone takes dB, x or off"),
    ("channels = 2", "freq = 1kHzz", "7:9: error: 'kHzz' is not a frequency; 'freq' of tone takes Hz or kHz"),
    ("channels = 2", "shape = sqare", "7:9: error: 'sqare' is unknown here; did you mean 'square'?"),
    ("channels = 2", "chanels = 2", "7:1: error: tone has no 'chanels'; did you mean 'channels'?"),
    ("channels = 2", "channels = 2\nChannels = 3", ["8:1: error: 'channels' is already defined; names ignore case",
                                                     "rig.ini:7:1: note: first defined here"]),
    ("[keep]", "[Beep]", ["8:2: error: [beep] is already defined; names ignore case",
                          "rig.ini:5:2: note: first defined here"]),
    ("host = offline", "hots = offline", "3:1: error: no key 'hots' in [patch]; did you mean 'host'?"),
    ("dialect = 1", "dialect = 2", "2:11: error: this is dialect 2; this program reads dialect 1"),
    ("length = 480fr", "length = 480", "4:10: error: 480 needs a unit"),
    ("channels = 2", "channels =", "7:11: error: a value is missing"),
    ("file = keep.wav\n", "", "8:2: error: [keep] needs 'file'"),
    ("start = auto", "start = auot", "12:9: error: 'auot' is unknown here; did you mean 'auto'?"),
    ("start = auto", "format = wv-f32", "12:10: error: 'wv-f32' is not a format; a container (wav rf64"),
    ("start = auto", "format = flac-f32", "12:10: error: the ending of 'keep.wav' says wav, the format says flac; let them agree"),
    ("file = keep.wav", "file = {tkae}.wav", "11:8: error: '{tkae}.wav' is not known in a file's name; "),
    ("file = keep.wav", "file = %Q.wav", "11:8: error: '%Q.wav' is not known in a file's name; "),
    ("file = keep.wav", "file = ${tkae}.wav", "11:8: error: no variable 'tkae' in [vars]"),
])
def test_p1_a_wrong_line_is_named(refused, old, new, told):
    first, *rest = [told] if isinstance(told, str) else told
    refused.patch(changed((old, new)), status=2, told=["rig.ini:" + first, *rest])


# The rows of the trap table of iniparser, 4.1 and 4.2 alike: what it would swallow, cut or glue is an error here.
TRAPS = {
    "a section in another case": (b"[Keep]\n", "13:2: error: [keep] is already defined; names ignore case"),
    "a key twice": (b"start = auto\n", "13:1: error: 'start' is already defined; names ignore case"),
    "a comment after a section": (b"[rec] ; note\n", "13:7: error: nothing can follow a section's name"),
    "a bracket after a section": (b"[rec]]\n", "13:6: error: nothing can follow a section's name"),
    "an empty section": (b"[]\n", "13:2: error: a section needs a name"),
    "a colon in a section": (b"[a:x]\n", "13:3: error: ':' cannot stand here in a section's name"),
    "a blank in a key": (b"sample rate = 3\n", "13:7: error: a key has no blanks; words are joined by '-' or '_'"),
    "a colour": (b"tag.title = #ff0000\n", "13:13: error: '#' begins a comment here and would cut the value; quote it"),
    "a semicolon": (b"tag.title = a;b\n", "13:14: error: ';' begins a comment here and would cut the value; quote it"),
    "a comment that goes on": (b"; note \\\n", "13:8: error: '\\' cannot end a line; no line goes on in the next"),
    "a value that goes on": (b"tag.title = x\\\n", "13:14: error: '\\' cannot end a line; no line goes on in the next"),
    "text after a quote": (b'tag.title = "x" y\n', "13:17: error: nothing but a comment can follow the closing quote"),
    "a quote left open": (b'tag.title = "abc\n', "13:13: error: this quote is never closed"),
    "a quote left open before a comment": (b'tag.title = "abc ; x\n', "13:13: error: this quote is never closed"),
    "a backslash in quotes": (b'tag.title = "C:\\temp"\n', "13:16: error: '\\' cannot stand in a value; write '/' in a path"),
    "a line of 1,001 bytes": (b"; " + b"x" * 999 + b"\n", "13:1001: error: this line has 1001 bytes; 1000 are the most"),
    "NUL": (b"tag.title = a\0b\n", "13:14: error: a NUL byte; a patch is plain text"),
    "CR-only ends": (b"tag.title = a\rtag.album = b\r", "13:14: error: a carriage return alone ends no line"),
    "bad UTF-8": (b"tag.title = \xc3(\n", "13:13: error: byte 0xC3 is not UTF-8; save the file as UTF-8"),
    "a last line of one character": (b"x", "13:1: error: no '=' in this line; a line is KEY = VALUE"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_p1_every_trap_of_iniparser(refused, trap):
    line, told = TRAPS[trap]
    refused.patch(RIG.encode() + line, status=2, told="rig.ini:" + told)


def test_p1_a_key_before_a_section(refused):
    refused.patch("gain = 1\n" + RIG, status=2, told="rig.ini:1:1: error: 'gain' stands before the first [section]")


def test_p1_all_problems_at_once_in_the_order_of_the_file(refused):
    text = changed(("channels = 2", "chanels = 2"), ("from = beep", "from = bep"))
    told = ["rig.ini:7:1: error: tone has no 'chanels'", "rig.ini:10:8: error: no node 'bep'; did you mean 'beep' (line 5)?"]
    refused.patch(text, status=2, told=told)


def test_p1_twenty_problems_at_most(refused):
    refused.patch(RIG + "".join(f"k{n} = 1\n" for n in range(100)), status=2, told="rig.ini:13:1: error: ")
    (refused.home / "rig.ini").write_text(RIG + "".join(f"k{n} = 1\n" for n in range(100)))
    said = refused.graphophone("check", "rig.ini").stderr
    assert len(re.findall(r"^rig\.ini:\d+:\d+: error: ", said, re.M)) == 20


# ---------------------------------------------------------------- P2

GRAPHS = {
    "a circle": ("[a]\ntype = gain\nfrom = b\n[b]\ntype = gain\nfrom = a\n",
                 ["15:8: error: the wiring is a circle: a -> b -> a; put a 'feedback' node into it",
                  "note: [b] takes a here"]),
    "a node that feeds itself": ("[a]\ntype = gain\nfrom = a\n", ["15:8: error: the wiring is a circle: a -> a;"]),
    "a port that is not there": ("[a]\ntype = gain\nfrom = beep:otu\n",
                                 ["15:13: error: tone has no output 'otu'; did you mean 'out'?"]),
    "an input that is not there": ("[a]\ntype = gate\nfrom = beep\nfrom.sidechian = beep\n",
                                   ["16:6: error: gate has no input 'sidechian'; did you mean 'sidechain'?"]),
    "another width": ("[a]\ntype = tone\nchannels = 3\n[b]\ntype = gain\nfrom = a + beep\n", ["18:12: error: 'beep' has 2 channels and is mixed with 3; '+' takes equal widths, or 1 to all"]),
    "a channel that is not there": ("[a]\ntype = gain\nfrom = beep[3]\n", ["15:8: error: 'beep' has 2 channels"]),
    "an output of another width": ("[a]\ntype = output\nchannels = 1-3\nfrom = beep\n",
                                   ["16:8: error: 2 channels for 'a', which has 3"]),
    "an open input": ("[a]\ntype = gain\n", ["13:2: error: nothing goes into 'a'; 'from' says what should"]),
    "an input that takes nothing": ("[a]\ntype = tone\nfrom = beep\n", ["15:1: error: nothing goes into 'a': tone has no input"]),
    "a table that is not there": ("[lop]\ntype = table\nlength = 1s\n[p]\ntype = table-player\ntable = loop\n",
                                  ["18:9: error: no table 'loop'; did you mean 'lop' (line 13)?"]),
    "a trigger that is not there": ("[control]\nkeep.recrod = key r\n",
                                    ["14:6: error: file-recorder has no trigger or parameter 'recrod'; did you mean 'record'?"]),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_p2_a_graph_that_cannot_be(refused, name):
    text, (first, *rest) = GRAPHS[name]
    refused.patch(RIG + text, status=2, told=["rig.ini:" + first, *rest])


def circular(wires):
    """Whether a graph of {node: its sources} has a circle, by taking away what depends on nothing."""
    left = dict(wires)
    while True:
        free = [node for node, sources in left.items() if not any(source in left for source in sources)]
        if not free:
            return bool(left)
        for node in free:
            del left[node]


def random_wires(seed):
    chance = random.Random(seed)
    n = chance.randint(2, 12)
    wires = {f"n{i}": [f"n{j}" for j in range(n) if j != i and chance.random() < 1.1 / n] for i in range(n)}
    return {node: sources or ["beep"] for node, sources in wires.items()}


def test_p2_random_graphs_are_judged_as_by_an_independent_judge(graphophone, home):
    """And the circle that is printed is one: each arrow is a wire."""
    verdicts = []
    for seed in range(60):
        wires = random_wires(seed)
        (home / "rig.ini").write_text(RIG + "".join(
            f"[{node}]\ntype = gain\nfrom = {' + '.join(sources)}\n" for node, sources in wires.items()))
        result = graphophone("check", "rig.ini")
        verdicts.append(circular(wires))
        assert result.returncode == (2 if verdicts[-1] else 0), (seed, result.stderr)
        circles = re.findall(r"error: the wiring is a circle: ([^;]*);", result.stderr)
        assert bool(circles) == verdicts[-1]
        for circle in circles:
            nodes = circle.split(" -> ")
            assert nodes[0] == nodes[-1] and len(nodes) > 1
            if "more)" not in circle:
                assert all(a in wires[b] for a, b in zip(nodes, nodes[1:])), (seed, circle)
    assert 15 < sum(verdicts) < 45


# ---------------------------------------------------------------- P3

BEYOND = {
    "100,000 nodes": ("[n]\ntype = tone\nrepeat = 1-100000\n", "15:10: error: this makes 100002 nodes; a patch has at most 65536"),
    "100,000 keys": ("[n]\ntype = tone\nrepeat = 1-50000\n" + "gain = 0dB\n",
                     "15:10: error: this makes 150006 keys; a patch has at most 65536"),
    "10^9 copies": ("[n]\ntype = tone\nrepeat = 1-1000000000\n", "15:12: error: 1000000000 is above 1000000, the most there can be"),
    "10^9 channels": ("[n]\ntype = tone\nchannels = 1000000000\n", "15:12: error: 1000000000 is above 1024, the most that 'channels' takes"),
    "10^9 channels of a device": ("[n]\ntype = input\nchannels = 1000000000\n",
                                  "15:12: error: 1000000000 is above 1000000, the most there can be"),
    "10^6 channels of a device": ("[n]\ntype = input\nchannels = 1-1000000\n",
                                  "15:12: error: no device has a channel 1000000; 1024 is the limit"),
    "10^9 channels of a wire": ("[n]\ntype = gain\nfrom = beep[1-1000000000]\n",
                                "15:15: error: 1000000000 is above 1000000, the most there can be"),
    "10^6 channels of a wire": ("[n]\ntype = gain\nfrom = beep[1-1000000]\n",
                                "15:8: error: more than 1024 channels, the most that a port has"),
    "10^9 channels of a table": ("[n]\ntype = table\nlength = 1s\nchannels = 1000000000\n",
                                 "16:12: error: 1000000000 is above 1024, the most that 'channels' takes"),
    "10^9 hours of a table": ("[n]\ntype = table\nlength = 1000000000h\n", "15:10: error: 1000000000h is above 12h, the most"),
    "2,048,000 channels in all": ("[n]\ntype = tone\nchannels = 1024\nrepeat = 1-2000\n",
                                  "13:2: error: with this the ports of all nodes have more than 1048576 channels; that is the limit"),
    "a line of 1 MB": ("; " + "x" * 1000000 + "\n", "13:1001: error: this line has 1000002 bytes; 1000 are the most"),
    "a number of 20 digits": ("[n]\ntype = tone\nchannels = 99999999999999999999\n", "15:12: error: a number has at most 15 digits, this has 20"),
}


def bounded():
    """64 MB beside the libraries that the program is linked with, and ten seconds of a processor: the machine is shared."""
    resource.setrlimit(resource.RLIMIT_AS, (128 * MEBIBYTE, 128 * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


@pytest.mark.parametrize("name", BEYOND)
def test_p3_the_limit_is_named_in_bounded_memory_and_time(refused, name):
    text, told = BEYOND[name]
    refused.patch(RIG + text, status=2, told="rig.ini:" + told, **({} if SANITIZED else {"preexec_fn": bounded}))


def test_p3_a_file_beyond_1_mib(refused):
    refused.patch(RIG + "; x\n" * (MEBIBYTE // 4), status=2,
                  told="error: cannot read 'rig.ini': it has 1048727 bytes; 1048576 are the most",
                  **({} if SANITIZED else {"preexec_fn": bounded}))


@pytest.mark.skipif(SANITIZED, reason="a limit on addresses cannot be used with AddressSanitizer")
def test_p3_the_bound_convicts(graphophone, home):
    """A rig that does need more memory than the bound ends for want of it: the bound is there."""
    (home / "rig.ini").write_text(RIG + "[big]\ntype = table\nchannels = 64\nlength = 60s\n")
    assert graphophone("render", "rig.ini").returncode == 0
    (home / "keep.wav").unlink()
    result = graphophone("render", "rig.ini", preexec_fn=bounded)
    assert result.returncode == 6, result.stderr
    assert not (home / "keep.wav").exists()


# ---------------------------------------------------------------- P4

@pytest.mark.parametrize("kind, told", [
    ("fifo", "error: cannot read 'x.ini': it is a pipe, not a file"),
    ("folder", "error: cannot read 'x.ini': it is a folder"),
    ("missing", "error: cannot read 'x.ini': No such file or directory"),
    ("loop", "error: cannot read 'x.ini': Too many levels of symbolic links"),
])
def test_p4_what_is_no_file_is_refused_without_a_hang(refused, home, kind, told):
    {"fifo": os.mkfifo, "folder": os.mkdir, "missing": lambda path: None,
     "loop": lambda path: os.symlink("x.ini", path)}[kind](home / "x.ini")
    refused.everywhere("x.ini", status=2, told=told)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_p4_devices_are_not_read(refused, device):
    refused.everywhere(device, status=2, told=f"error: cannot read '{device}': it is a device, not a file")


def test_p4_an_include_is_held_to_the_same(refused, home):
    os.mkfifo(home / "pipe.ini")
    refused.patch(changed(("dialect = 1\n", "dialect = 1\ninclude = pipe.ini\n")), status=2,
                  told="rig.ini:3:11: error: cannot read")


@pytest.mark.parametrize("content, told", [
    (b"", "1:1: error: no [patch] section with 'dialect = 1'; every patch has one"),
    (b"\x7fELF\2\1\1\0" + bytes(60), "1:1: error: "),
    (b"[patch]\0\n", "1:8: error: a NUL byte; a patch is plain text"),
    (RIG.encode("utf-16"), "1:1: error: "),
    (RIG.encode() + b"\xff", "13:1: error: byte 0xFF is not UTF-8; save the file as UTF-8"),
    (RIG.encode() + b"; \xc0\xaf", "13:3: error: byte 0xC0 is not UTF-8; save the file as UTF-8"),
    (RIG.encode() + b"\x1b[31m = 1", "13:1: error: control character 0x1B; a patch is plain text"),
], ids=["empty", "program", "nul", "utf-16", "byte", "overlong", "escape"])
def test_p4_what_is_no_text_is_refused(refused, content, told):
    refused.patch(content, status=2, told="rig.ini:" + told)


@pytest.mark.parametrize("content", [
    b"\xef\xbb\xbf" + RIG.encode(),
    RIG.replace("\n", "\r\n").encode(),
    b"\xef\xbb\xbf" + RIG.replace("\n", "\r\n").encode(),
    RIG.rstrip("\n").encode(),
    RIG.encode() + b";",
    RIG.upper().replace("KEEP.WAV", "keep.wav").replace("480FR", "480fr").encode(),
], ids=["mark", "crlf", "mark and crlf", "no newline", "one character", "upper case"])
def test_p4_what_is_fine(graphophone, home, content):
    (home / "rig.ini").write_bytes(content)
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "keep.wav").stat().st_size > 480 * 2 * 4


# ---------------------------------------------------------------- words of the command line

@pytest.mark.parametrize("words, status, told", [
    (["rnder", "rig.ini"], 2, "there is no command 'rnder'; did you mean 'render'?"),
    (["help", "rnder"], 2, "there is no command 'rnder'; did you mean 'render'?"),
    (["xyzzy"], 2, "there is no command 'xyzzy'; 'graphophone help' lists them"),
    (["run", "--raet", "48kHz", "rig.ini"], 2, "run has no option '--raet'; did you mean '--rate'?"),
    (["render", "rig.ini", "--xyzzy"], 2, "render has no option '--xyzzy'; 'graphophone help render' lists them"),
    (["render", "rig.ini", "--rate"], 2, "option '--rate' wants a value"),
    (["check"], 2, "check takes 'PATCH'; something is missing"),
    (["check", "rig.ini", "rig.ini"], 2, "check takes 'PATCH'; there is too much"),
    (["run", "--host", "clokc", "rig.ini"], 2, "--host clokc:1:1: error: no host 'clokc'; did you mean 'clock'?"),
    (["run", "--host", "xyzzy", "rig.ini"], 2, "--host xyzzy:1:1: error: no host 'xyzzy'; 'graphophone hosts' lists what is there"),
    (["run", "--host", "../clock", "rig.ini"], 2, "--host ../clock:1:1: error: '../clock' is not the name of a host; a name is a letter, then"),
    (["render", "--rate", "48000", "rig.ini"], 2, "--rate 48000:1:1: error: 48000 needs a unit; 'rate' of [patch] takes Hz or kHz"),
    (["render", "--block", "0", "rig.ini"], 2, "--block 0:1:1: error: 0 is below 1, the least that 'block' takes"),
    (["render", "--length", "1 s", "rig.ini"], 2, "--length 1 s:1:2: error: no blank may stand between a number and its unit"),
    (["render", "--set", "beep.freq=60", "rig.ini"], 2, "--set beep.freq=60:1:11: error: 60 needs a unit"),
    (["render", "--set", "beep.ferq=60Hz", "rig.ini"], 2, "--set beep.ferq=60Hz:1:6: error: tone has no 'ferq'; did you mean 'freq'?"),
    (["render", "--set", "bepe.freq=60Hz", "rig.ini"], 2, "--set bepe.freq=60Hz:1:1: error: no section [bepe]; did you mean [beep]?"),
    (["run", "--set", "patch.clock.pmp=1", "--host", "clock", "rig.ini"], 2, "--set patch.clock.pmp=1:1:7: error: host clock has no option 'pmp'; did you mean 'ppm'?"),
    (["describe", "freverb"], 3, "there is no type 'freverb'; did you mean 'freeverb'?"),
])
def test_an_unknown_word_names_the_nearest(refused, home, words, status, told):
    (home / "rig.ini").write_text(RIG)
    refused(*words, status=status, told=told)

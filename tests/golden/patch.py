"""What core/patch says about bad patches: tests/golden/patch/NAME.ini gives exactly NAME.txt."""
import os
import pathlib
import resource
import subprocess
import time

import pytest

from support import programs

HERE = pathlib.Path(__file__).parent
CASES = sorted((HERE / "patch").glob("*.ini"))
MEBIBYTE = 1 << 20


def load(folder, *arguments, **options):
    """Runs the loader in `folder`; nothing it does may take long, and it never asks for input."""
    return programs.run("tests/golden/golden-load", *arguments, cwd=folder, stderr=subprocess.PIPE, **options)


def said(folder, *arguments, **options):
    return load(folder, *arguments, **options).stdout.decode(errors="replace")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_message(case):
    result = load(case.parent, case.name)
    assert result.stdout.decode() == case.with_suffix(".txt").read_text(encoding="utf-8")
    assert result.returncode == 2
    assert result.stderr == b""


def test_every_text_has_its_patch():
    assert len(CASES) > 30
    assert {path.stem for path in (HERE / "patch").glob("*.txt")} == {path.stem for path in CASES}


GOOD = b"[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-2"


@pytest.mark.parametrize("name, content", [
    ("byte-order mark", b"\xef\xbb\xbf" + GOOD + b"\n"),
    ("CRLF", GOOD.replace(b"\n", b"\r\n") + b"\r\n"),
    ("no newline at the end", GOOD),
    ("a last line of one character", GOOD + b"\n;"),
    ("blank lines and tabs", b"\n\t\n" + GOOD.replace(b" = ", b"\t=\t") + b"\n\n\n"),
    ("upper case", GOOD.replace(b"[mic]", b"[MIC]").replace(b"type", b"TYPE")),
    ("1,000 bytes in a line", GOOD + b"\n; " + b"x" * 998),
    ("64 sections and one", GOOD + b"".join(b"\n[n%d]\ntype = gain" % n for n in range(64))),
], ids=lambda value: value if isinstance(value, str) else "")
def test_fine(tmp_path, name, content):
    (tmp_path / "x.ini").write_bytes(content)
    result = load(tmp_path, "x.ini")
    assert result.stdout == b""
    assert result.returncode == 0


@pytest.mark.parametrize("content, first", [
    (GOOD + b"\x00", "x.ini:5:15: error: a NUL byte; a patch is plain text"),
    (GOOD.replace(b"\n", b"\r"), "x.ini:1:8: error: a carriage return alone ends no line; save with LF or CRLF"),
    (GOOD + b"\xff", "x.ini:5:15: error: byte 0xFF is not UTF-8; save the file as UTF-8"),
    (GOOD + b"\n; \xc0\xaf", "x.ini:6:3: error: byte 0xC0 is not UTF-8; save the file as UTF-8"),
    (GOOD + b"\n; \xed\xa0\x80", "x.ini:6:3: error: byte 0xED is not UTF-8; save the file as UTF-8"),
    (GOOD + b"\n\x1b[31m = 1", "x.ini:6:1: error: control character 0x1B; a patch is plain text"),
    (b"", "x.ini:1:1: error: no [patch] section with 'dialect = 1'; every patch has one"),
    (GOOD + b"\nx", "x.ini:6:1: error: no '=' in this line; a line is KEY = VALUE, [SECTION] or a comment"),
    (b"\xef\xbb\xbf[patch\n", "x.ini:1:1: error: this '[' is never closed"),
    (GOOD + b"\n;" + b"x" * MEBIBYTE, "error: cannot read 'x.ini': it has 1048631 bytes; 1048576 are the most"),
    (GOOD + b"\n; " + b"x" * 500000, "x.ini:6:1001: error: this line has 500002 bytes; 1000 are the most"),
], ids=["nul", "cr", "byte", "overlong", "surrogate", "escape", "empty", "last line", "mark", "size", "line"])
def test_bytes(tmp_path, content, first):
    (tmp_path / "x.ini").write_bytes(content)
    result = load(tmp_path, "x.ini")
    assert result.stdout.decode().splitlines()[0] == first
    assert b"\x1b" not in result.stdout and b"\x00" not in result.stdout
    assert result.returncode == 2


def test_not_a_file(tmp_path):
    (tmp_path / "folder").mkdir()
    if programs.IS_WINDOWS:
        assert said(tmp_path, "folder") == "error: cannot read 'folder': it is a folder\n"
        assert said(tmp_path, "none") == "error: cannot read 'none': No such file or directory\n"
        assert said(tmp_path, "nul") == "error: cannot read 'nul': it is a device, not a file\n"
        return
    os.mkfifo(tmp_path / "pipe")
    assert said(tmp_path, "folder") == "error: cannot read 'folder': it is a folder\n"
    assert said(tmp_path, "pipe") == "error: cannot read 'pipe': it is a pipe, not a file\n"
    assert said(tmp_path, "/dev/zero") == "error: cannot read '/dev/zero': it is a device, not a file\n"
    assert said(tmp_path, "none") == "error: cannot read 'none': No such file or directory\n"


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (64 * MEBIBYTE, 64 * MEBIBYTE))


# AddressSanitizer reserves terabytes of addresses, and so does Wine: a limit on them cannot be used there.
SANITIZED = "address" in os.environ.get("GPH_SANITIZE", "") or b"__asan" in programs.path_of(
    "tests/golden/golden-load").read_bytes()


@pytest.mark.parametrize("content, words", [
    (b"[n]\ntype = gain\nrepeat = 1-100000\n", "this makes 100000 nodes; a patch has at most 65536"),
    (b"[n]\ntype = gain\nrepeat = 1-60000\n", "this makes 120000 keys; a patch has at most 65536"),
    (b"[n]\ntype = gain\nrepeat = 1-1000000000\n", "1000000000 is above 1000000, the most there can be"),
    (b"[n]\n" + b"".join(b"k%d=1\n" % n for n in range(66000)), "a patch has at most 65536 keys"),
    (b"".join(b"[n%d]\n" % n for n in range(66000)), "a patch has at most 65536 keys and as many sections"),
    (b"[n]\ntype = gain\n" + b"a = 1\n" * 60000, "'a' is already defined; names ignore case"),
    (b"".join(b"[n%d]\nfrom=a@1z\n" % n for n in range(30000)), "'z' is not a level"),
    (b"[vars]\na0=\"\"\n" + b"".join(b"a%d=%s\n" % (n, b"${a%d}" % (n - 1) * 100) for n in range(1, 8)) +
     b"[n]\nx=${none}\n", "no variable 'none' in [vars]"),
], ids=["nodes", "keys", "copies", "keys-written", "sections", "doubles", "errors", "variables"])
def test_limits(tmp_path, content, words):
    """The limit is named, in 64 MB and about a second (ten here: the machine is shared)."""
    (tmp_path / "x.ini").write_bytes(b"[patch]\ndialect = 1\n" + content)
    before = time.monotonic()
    result = load(tmp_path, "x.ini", preexec_fn=None if SANITIZED or programs.IS_WINDOWS else limited)
    assert words in result.stdout.decode()
    assert len(result.stdout) < 20000
    assert result.returncode == 2
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("arguments, message", [
    (["--set", "mic.channels=3-4"], ""),
    (["--set", "MIC.Gain[1]=\"x\""], ""),
    (["--set", "mci.channels=3-4"], "--set mci.channels=3-4:1:1: error: no section [mci]; did you mean [mic]?"),
    (["--set", "mic.from=a @ 3ms"], "--set mic.from=a @ 3ms:1:15: error: 'ms' is not a level; '@' takes dB, x or off"),
    (["--set", "mic.x=a;b"],
     "--set mic.x=a;b:1:8: error: ';' begins a comment here and would cut the value; quote it"),
    (["--set", "mic"], "--set mic:1:1: error: --set takes SECTION.KEY=VALUE, such as mic.channels=3-4"),
    (["--set", "mic.x"], "--set mic.x:1:5: error: no '=' in this line; a line is KEY = VALUE, [SECTION] or a comment"),
    (["--set", "patch.dialect=2"],
     "--set patch.dialect=2:1:7: error: 'dialect' has its effect while files are read; it cannot be set here"),
    (["--rate", "48000"], "--rate 48000:1:1: error: 48000 needs a unit; 'rate' of [patch] takes Hz or kHz"),
    (["--rate", "44.1kHz"], ""),
    (["--set", "vars.a=1", "--set", "mic.x=${b}"], "--set mic.x=${b}:1:7: error: no variable 'b' in [vars]"),
])
def test_set(tmp_path, arguments, message):
    (tmp_path / "x.ini").write_bytes(GOOD)
    result = load(tmp_path, *arguments, "x.ini")
    assert "".join(result.stdout.decode().splitlines()[:1]) == message
    assert result.returncode == (2 if message else 0)


def test_set_wins(tmp_path):
    (tmp_path / "x.ini").write_bytes(GOOD + b"\ngain[1, 2] = -6dB\n")
    text = said(tmp_path, "--set", "mic.channels=3-4", "--set", "mic.channels=5", "--set", "mic.gain[1,2]=0dB",
                "--rate", "44.1kHz", "--print", "x.ini")
    assert text == ("[patch]\ndialect = 1\nrate = 44.1kHz\n\n"
                    "[mic]\ntype = input\nchannels = 5\ngain[1,2] = 0dB\n")


@pytest.mark.parametrize("name", ["stereo-rig", "looper", "level-trigger", "render", "installation"])
def test_examples(source, tmp_path, name):
    """An example loads, and so does its canonical text, which is then its own canonical text."""
    once = said(tmp_path, "--set", "patch.folder=.", "--print", source / "config/patches" / f"{name}.ini")
    (tmp_path / "again.ini").write_text(once, encoding="utf-8")
    assert once.startswith("[patch]\ndialect = 1\n")
    assert said(tmp_path, "--print", "again.ini") == once


def test_include(tmp_path):
    (tmp_path / "fx").mkdir()
    (tmp_path / "site.ini").write_text("[patch]\ninclude = fx/room.ini\n[mic]\ntype = input\nchannels = 1\n")
    (tmp_path / "fx/room.ini").write_text("[verb]\ntype = freeverb\nfrom = mic\nmix = 35%\n")
    (tmp_path / "x.ini").write_text("[patch]\ndialect = 1\ninclude = site.ini\n[verb]\noverride = on\nmix = 10%\n"
                                    "size = 5%\n[out]\ntype = output\nchannels = 1\nfrom = verb\n")
    assert said(tmp_path.parent, "--print", tmp_path / "x.ini") == (
        "[patch]\ndialect = 1\n\n[verb]\ntype = freeverb\nfrom = mic\nmix = 10%\nsize = 5%\n\n"
        "[mic]\ntype = input\nchannels = 1\n\n[out]\ntype = output\nchannels = 1\nfrom = verb\n")

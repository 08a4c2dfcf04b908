"""Rows P4, D4 and D10 of the fault matrix: what is refused before the start, and what is never overwritten."""
import os

import pytest

RIG = """[patch]
dialect = 1
host = offline
length = 480fr
[beep]
type = tone
[keep]
type = file-recorder
from = beep
file = FILE
start = auto
"""


def write(home, file="keep.wav"):
    (home / "rig.ini").write_text(RIG.replace("FILE", file))


@pytest.mark.parametrize("content, told", [
    (b"[patch]\0\n", "a NUL byte"),
    (None, "it is a pipe, not a file"),
    ("/dev/zero", "it is a device, not a file"),
    (".", "it is a folder"),
], ids=["nul", "fifo", "zero", "folder"])
def test_p4_what_is_no_text_is_refused_without_a_hang(graphophone, home, content, told):
    path = content if isinstance(content, str) else "x.ini"
    if content is None:
        os.mkfifo(home / path)
    elif isinstance(content, bytes):
        (home / path).write_bytes(content)
    result = graphophone("check", path, timeout=60)
    assert result.returncode == 2
    assert told in result.stderr


def test_p4_a_mark_and_windows_line_ends_are_fine(graphophone, home):
    text = "\ufeff" + RIG.replace("FILE", "keep.wav")
    (home / "rig.ini").write_bytes(text.replace("\n", "\r\n").encode())
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "keep.wav").exists()


def test_d4_a_missing_folder_ends_before_the_start(graphophone, home):
    write(home, "absent/keep.wav")
    result = graphophone("render", "rig.ini")
    assert result.returncode == 5, result.stderr
    assert "absent" in result.stderr
    assert not (home / "absent").exists()
    assert not list(home.rglob("*.wav*"))


def test_d10_a_taken_name_is_left_alone(graphophone, home):
    write(home)
    (home / "keep.wav").write_bytes(b"somebody's only copy")
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "keep.wav").read_bytes() == b"somebody's only copy"
    assert (home / "keep-2.wav").stat().st_size > 480 * 4

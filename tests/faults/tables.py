"""Rows R2, I1, I2 and I3 of the fault matrix, for tables: too large, lying, not finite, no file at all."""
import os
import pathlib
import re
import resource
import struct

import pytest

from support.faults import SANITIZED

PATCH = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 10ms
[pool]
type = table
{lines}
[play]
type = table-player
table = pool
[out]
type = file-recorder
from = play
file = heard.wav
start = auto
"""


@pytest.fixture
def rig(graphophone, home):
    """Runs PATCH with these lines in [pool]."""

    def run(lines, command="render", **options):
        (home / "t.ini").write_text(PATCH.format(lines=lines))
        return graphophone(command, "t.ini", **options)

    return run


def wav(path, frames, rate=48000, channels=1):
    data = b"".join(struct.pack("<f", value) for value in frames)
    path.write_bytes(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, channels, rate,
                                 rate * channels * 4, channels * 4, 32, b"data", len(data)) + data)


def heard(home):
    data = (home / "heard.wav").read_bytes()
    at = data.index(b"data", 36)
    size = struct.unpack_from("<I", data, at + 4)[0]
    return [value[0] for value in struct.iter_unpack("<f", data[at + 8:at + 8 + size])]


def address_space(size):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


# Runs that are to get by with 1 GiB.
BOUNDED = {} if SANITIZED else {"preexec_fn": address_space(1 << 30)}
limit_on_addresses = pytest.mark.skipif(SANITIZED, reason="a limit on addresses cannot be used with AddressSanitizer")


# ---------------------------------------------------------------- R2


@limit_on_addresses
@pytest.mark.parametrize("lines, wants", [
    ("channels = 8\nlength = 1000s", "1.4 GiB"),
    ("channels = 4\nlength = 1000s\nspare = on", "1.4 GiB"),
    ("channels = 8\nlength = 1000s\nshare = on", "1.4 GiB"),
])
def test_r2_more_than_the_limit_is_refused_with_both_figures(lines, wants, rig, home):
    result = rig(lines, preexec_fn=address_space(1 << 30))
    assert result.returncode == 6, result.stderr
    told = re.search(r"this table takes (\S+ \S+) of memory; (\S+) (\S+) are available", result.stderr)
    assert told and told.group(1) == wants, result.stderr
    assert told.group(3) == "MiB" and 300 < float(told.group(2)) <= 1024
    assert not list(home.glob("heard*"))
    assert not list(pathlib.Path("/dev/shm").glob(f"graphophone-{os.getuid()}-t.*"))


@limit_on_addresses
def test_r2_what_fits_the_limit_runs(rig):
    assert rig("channels = 8\nlength = 20s", preexec_fn=address_space(1 << 30)).returncode == 0


@pytest.mark.parametrize("lines, wants", [
    ("channels = 1024\nlength = 12h", "7910.1 GiB"),
    ("channels = 1024\nlength = 12h\nspare = on", "15820.3 GiB"),
    ("channels = 1024\nlength = 12h\nspare = on\nshare = on", "15820.3 GiB"),
])
def test_r2_the_largest_there_is_overflows_nothing(lines, wants, rig):
    result = rig(lines)
    assert result.returncode == 6, result.stderr
    assert f"this table takes {wants} of memory; " in result.stderr
    assert rig(lines, "check").returncode == 0


@pytest.mark.parametrize("lines, told", [
    ("length = 0fr", "length"),
    ("length = 13h", "13h is above 12h, the most that 'length' takes"),
    ("length = 99999999999999999999fr", "length"),
    ("length = 18446744073709551617fr", "length"),
    ("length = -1s", "length"),
    ("channels = 1025\nlength = 1s", "1024"),
    ("channels = 0\nlength = 1s", "channels"),
    ("channels = 4294967297\nlength = 1s", "channels"),
])
def test_r2_no_length_or_width_wraps(lines, told, rig):
    result = rig(lines, "check")
    assert result.returncode == 2, result.stderr
    assert told in result.stderr and result.stderr.startswith("t.ini:")


# ---------------------------------------------------------------- I1


def w64(path, frames, claims):
    """Sony's 64-bit container with a data chunk that claims so many bytes."""
    guid = {"riff": "726966662e91cf11a5d628db04c10000", "wave": "77617665f3acd3118cd100c04f8edb8a",
            "fmt": "666d7420f3acd3118cd100c04f8edb8a", "data": "64617461f3acd3118cd100c04f8edb8a"}
    g = {name: bytes.fromhex(text) for name, text in guid.items()}
    sound = b"".join(struct.pack("<f", value) for value in frames)
    fmt = struct.pack("<HHIIHH", 3, 1, 48000, 192000, 4, 32)
    path.write_bytes(g["riff"] + struct.pack("<q", claims) + g["wave"] + g["fmt"] + struct.pack("<q", 24 + len(fmt)) +
                     fmt + g["data"] + struct.pack("<q", claims) + sound)


@pytest.mark.parametrize("claims", [2**63 - 1, 2**62, 2**40])
@pytest.mark.parametrize("length", ["", "length = 480fr\n"])
def test_i1_a_header_that_claims_2_to_the_63_frames(claims, length, rig, home):
    """What can be read is read, or the file is refused: in memory that a small table takes."""
    w64(home / "lies.w64", [0.5] * 100, claims)
    result = rig(f"{length}load = lies.w64", **BOUNDED)
    assert result.returncode in (0, 5), result.stderr
    if result.returncode == 0:
        assert heard(home)[:480] == [0.5] * 100 + [0.0] * 380
    else:
        assert "lies.w64" in result.stderr


@pytest.mark.parametrize("channels", [0, 1025, 5000, 65535])
def test_i1_a_header_of_no_width(channels, rig, home):
    wav(home / "wide.wav", [0.5] * 100)
    with (home / "wide.wav").open("r+b") as file:
        file.seek(22)
        file.write(struct.pack("<H", channels))
    result = rig("load = wide.wav", **BOUNDED)
    assert result.returncode == 5, result.stderr
    # One message: that its player has nothing to play would be an echo.
    assert result.stderr.startswith("t.ini:8:8: error: 'wide.wav' is no sound file: ")
    assert result.stderr.count("error") == 1
    assert not list(home.glob("heard*"))


def test_i1_another_rate_names_both(rig, home):
    wav(home / "slow.wav", [0.5] * 100, rate=44100)
    result = rig("load = slow.wav")
    assert result.returncode == 2, result.stderr
    assert "has 44100 frames a second, this run has 48000" in result.stderr


# ---------------------------------------------------------------- I2


def test_i2_what_is_not_a_number_is_0_and_counted(rig, home):
    wav(home / "nan.wav", [0.5, float("nan"), float("inf"), float("-inf"), 0.25])
    result = rig("load = nan.wav")
    assert result.returncode == 0, result.stderr
    assert "3 samples of" in result.stderr and "were not finite and became 0" in result.stderr
    assert heard(home)[:6] == [0.5, 0, 0, 0, 0.25, 0]


# ---------------------------------------------------------------- I3


@pytest.mark.parametrize("kind", ["fifo", "zero", "folder", "absent", "socket"])
def test_i3_what_is_no_file_is_refused_without_a_hang(kind, rig, home):
    path = {"zero": "/dev/zero", "folder": ".", "absent": "no.wav"}.get(kind, kind)
    if kind == "fifo":
        os.mkfifo(home / path)
    if kind == "socket":
        import socket
        end = socket.socket(socket.AF_UNIX)
        end.bind(path)
    result = rig(f"load = {path}", "check", timeout=60)
    assert result.returncode == 5, result.stderr
    assert result.stderr.startswith("t.ini:8:8: error: ")


def test_i3_a_file_that_is_cut_short(rig, home):
    """In the middle of a sample; what is whole is taken, the rest is silence, and that is said."""
    wav(home / "cut.wav", [0.5] * 100)
    os.truncate(home / "cut.wav", 44 + 60 * 4 + 2)
    result = rig("load = cut.wav\nlength = 100fr")
    assert result.returncode == 0, result.stderr
    assert "fills 60 of the table's 100 frames; the rest is silence" in result.stderr
    assert heard(home)[:100] == [0.5] * 60 + [0.0] * 40

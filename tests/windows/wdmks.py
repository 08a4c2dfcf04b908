"""The host wdmks under Wine, through SetupAPI, CreateFile and DeviceIoControl, against a driver of kernel streaming that is the
tests' own (ks-driver): its frames one by one, what it refuses, and what becomes of a run when it goes."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from support.sound_files import read_floats, write_floats
from support.windows_runs import LIMIT, counter, live, until  # noqa: F401

# Slow enough that half a second without the processor loses nothing: the ring is of a second.
RATE, BLOCK = 8000, 4096
GONE = {"removed": 0xC00002B6, "no such device": 0xC000000E, "not connected": 0xC000009D, "not ready": 0xC00000A3,
        "failed": 0xC0000001}
KINDS = {
    "wavert with an event": ("", "s32, WaveRT"),
    "wavert polled": ("event=0", "s32, WaveRT"),
    "wavert without a register": ("register_bits=0", "s32, WaveRT"),
    "wavert polled without a register": ("event=0 register_bits=0", "s32, WaveRT"),
    "wavert with a register of 32 bits by set": ("register_bits=32 by_set=1", "s32, WaveRT"),
    "wavert with frames of 6 bytes": ("bits=24", "s24, WaveRT"),
    "packets": ("looped=0", "s32, packets"),
    "packets with frames of 6 bytes": ("looped=0 bits=24", "s24, packets"),
}


class Driver:
    """The driver in a Windows of its own, which the runs of these tests are in."""

    def __init__(self, prefix, build):
        self.tools, self.script = build / "tests/windows/ks-driver", pathlib.Path(__file__).parent / "program"
        windows = prefix / "drive_c/windows"
        # Wine finds its server by TMPDIR, which tests/windows/program has none of.
        self.environment = {**os.environ, "WINEPREFIX": str(prefix),
                            "WINEDLLOVERRIDES": os.environ["WINEDLLOVERRIDES"] + ";ksuser=n"}
        self.environment.pop("TMPDIR", None)
        self.must("setarch", "--addr-no-randomize", "wineboot", "--init")  # why says `program`
        os.symlink(build, prefix / "dosdevices/w:")
        # A busy machine starts a driver late.
        (prefix / "patience.reg").write_text(
            "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Control]\n"
            f'"ServicesPipeTimeout"=dword:{LIMIT * 1000:08x}\n')
        self.must(self.script, "regedit.exe", prefix / "patience.reg")
        self.must("wineserver", "-k")
        # The driver lives in it until it is ended.
        self.must("wineserver", "-p")
        shutil.copy(self.tools / "gphks.sys", windows / "system32/drivers")
        shutil.copy(self.tools / "ksuser.dll", windows / "system32")
        self.setup("install", r"C:\windows\system32\drivers\gphks.sys")

    def must(self, *words):
        result = subprocess.run([*map(str, words)], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300)
        assert result.returncode == 0, words
        return result.stdout.decode()

    def setup(self, *words):
        return self.must(self.script, self.tools / "ks-setup.exe", *words)

    def plan(self, words=""):
        """How the device is, from now on; what was seen is forgotten."""
        self.setup("plan", *words.split())

    def gone(self, status):
        self.setup("gone", hex(status))

    def seen(self):
        lines = [line.split() for line in self.setup("seen").splitlines()[:13]]
        return {key: int(value) for key, value in lines}

    def nothing_is_left(self):
        seen = self.seen()
        assert not seen["complaints"] and not seen["open"] and not seen["events"] and not seen["held"], seen
        return seen

    def end(self):
        subprocess.run(["wineserver", "-k"], env=self.environment, timeout=300)
        subprocess.run(["wineserver", "-w"], env=self.environment, timeout=300)


@pytest.fixture(scope="module")
def windows():
    build = pathlib.Path(os.environ["GPH_BUILD"])
    prefix = pathlib.Path(tempfile.mkdtemp(prefix="gph-ks-"))
    driver = None
    try:
        driver = Driver(prefix, build)
        yield driver
    finally:
        if driver:
            driver.end()
        shutil.rmtree(prefix, ignore_errors=True)


@pytest.fixture
def driver(windows, monkeypatch):
    for name in ("WINEPREFIX", "WINEDLLOVERRIDES"):
        monkeypatch.setenv(name, windows.environment[name])
    windows.plan()
    return windows


def patch(home, body, **keys):
    keys = {"rate": f"{RATE}Hz", "block": BLOCK, **keys}
    lines = "".join(f"{key.replace('__', '.')} = {value}\n" for key, value in keys.items() if value is not None)
    (home / "rig.ini").write_text(f"[patch]\ndialect = 1\nhost = wdmks\n{lines}{body}", encoding="utf-8")
    return home / "rig.ini"


def recorder(home, channels=2, **keys):
    return patch(home, f"[mic]\ntype = input\nchannels = 1-{channels}\n[rec]\ntype = file-recorder\nfrom = mic\n"
                 "file = take.wav\nstart = auto\ngap-limit = 60s\n", **keys)


def player(home, **keys):
    write_floats(home / "count.wav", counter(RATE * 6, 2), RATE)
    return patch(home, "[song]\ntype = file-player\nfile = count.wav\n[out]\ntype = output\nchannels = 1-2\nfrom = song\n",
                 **keys)


def values(sound):
    return (sound.astype("f8") * (1 << 23)).astype("i8")


def without_loss(graphophone, home, rig, length):
    """A run in which the machine had the time: one that lost frames says so, and another one is made."""
    for _ in range(10):
        for path in home.glob("take*"):
            path.unlink()
        result = graphophone("run", rig, "--length", length, "--json")
        if result.returncode != 1:
            break
        assert not re.search(r'"lost_in": 0,', result.stdout) or not re.search(r'"lost_frames": 0,', result.stdout), result
    assert result.returncode == 0, result.stderr
    return result


def test_is_listed(graphophone, driver):
    result = graphophone("hosts")
    assert result.returncode == 0, result.stderr
    assert re.search(r"^    root#media#0000 +Zählkarte  2 in, 2 out\n"
                     r"        in and out, wavert: 8, 11\.025, .*, 48 kHz; s24in32, s32; up to 2 channels\n"
                     r"        in and out, packets: 8, 11\.025, .*, 48 kHz; s24in32, s32; up to 2 channels$", result.stdout,
                     re.MULTILINE), result.stdout
    driver.plan("busy=1 looped=0")
    assert re.search(r"in and out, packets: .*; in use$", graphophone("hosts").stdout, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_captures_every_frame(graphophone, driver, home, kind):
    driver.plan(KINDS[kind][0])
    without_loss(graphophone, home, recorder(home), "1500ms")
    sound = values(read_floats(home / "take.wav", RATE))
    assert len(sound) == RATE * 3 // 2
    # The first of all, and each after it.
    assert (sound[:, 0] == sound[0, 0] + range(len(sound))).all() and (sound[:, 1] - sound[:, 0] == 65536).all()
    assert sound[0, 0] == 0
    seen = driver.nothing_is_left()
    assert seen["captured"] >= len(sound) and (seen["rung"] > 0) == (kind.startswith("wavert") and "polled" not in kind)


@pytest.mark.parametrize("kind", KINDS)
def test_plays_every_frame(graphophone, driver, home, kind):
    for _ in range(10):
        driver.plan(KINDS[kind][0])
        result = without_loss(graphophone, home, player(home), "1500ms")
        if re.search(r'"lost_out": 0,', result.stdout):
            break
    seen = driver.nothing_is_left()
    assert not seen["breaks"] and seen["right"] > RATE, str(seen)


def test_both_ways_at_once(graphophone, driver, home):
    rig = player(home)
    rig.write_text(rig.read_text() + recorder(home).read_text().split("block = 4096\n")[1])
    without_loss(graphophone, home, rig, "1500ms")
    sound = values(read_floats(home / "take.wav", RATE))
    assert (sound[:, 0] == sound[0, 0] + range(len(sound))).all()
    assert driver.nothing_is_left()["right"] > 0


REFUSED = {
    "another device": ("", {"device__in": "Mic"}, 2, "no device 'Mic' that captures; there are: root#media#0000"),
    "another rate": ("", {"rate": "96kHz"}, 2, "rate: wanted 96000, but the nearest that the device has is 48000"),
    "more channels": ("", {}, 5, "'Zählkarte' has 2 input channels, this names channel 3"),
    "all pins taken": ("busy=1", {}, 2, "'root#media#0000': it is in use by another program"),
    "a pin that is busy": ("busy_status=0x80000011", {}, 2, "'root#media#0000': it is in use by another program"),
    "shared with nobody": ("busy_status=0xC0000043", {}, 2, "'root#media#0000': it is in use by another program"),
    "goes in ACQUIRE": ("gone_state=1", {}, 2, "the device was removed or has failed"),
    "goes in PAUSE": ("gone_state=2", {}, 2, "the device was removed or has failed"),
    "goes in RUN": ("gone_state=3 gone_status=0xC00000A3", {}, 2, "the device was removed or has failed"),
    "no packets": ("streaming=0", {"wdmks__mode": "packets"}, 2, "'root#media#0000' takes none of the formats tried"),
    "another sample": ("", {"wdmks__format": "s16"}, 2, "'root#media#0000' takes none of the formats tried"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_in_words(graphophone, driver, home, case):
    plan, keys, channels, words = REFUSED[case]
    driver.plan(plan)
    result = graphophone("run", recorder(home, channels, **keys), "--length", "1s")
    assert result.returncode == 4, (result.returncode, result.stderr)
    assert words in result.stderr, result.stderr
    assert not list(home.glob("*.wav"))
    driver.gone(0)
    driver.nothing_is_left()


def test_no_device_at_all(graphophone, driver, home):
    driver.gone(GONE["removed"])
    result = graphophone("run", recorder(home), "--length", "1s")
    assert result.returncode == 4 and "no device that captures; there are: none" in result.stderr, result.stderr
    assert not list(home.glob("*.wav"))


# A position register that stands still is all that a WaveRT pin with one tells: it is seen without a code.
WAYS = [("", "removed", "stalled: no cycle came"),
        *((plan, code, "removed or has failed") for plan in ("register_bits=0", "looped=0") for code in GONE)]


@pytest.mark.parametrize("plan, code, words", WAYS)
def test_device_goes_and_comes_back(driver, home, live, plan, code, words):  # noqa: F811
    driver.plan(plan)
    run = live(recorder(home, block=1024, on_loss="wait"))
    at = run.says("recording")
    driver.gone(GONE[code])
    at = run.says("lost: ", at)
    assert words in "".join(run.lines), run.lines
    run.says("there are: none", at - 1)
    driver.gone(0)
    at = run.says("running: back", at)
    run.says("frames are missing in this take", at)
    assert run.end() == 1, run.lines  # frames are missing
    assert "frames are missing" in "".join(run.lines)
    driver.nothing_is_left()


def test_ends_if_told_so_when_the_device_goes(driver, home, live):  # noqa: F811
    driver.plan("looped=0")
    run = live(recorder(home, block=1024, on_loss="stop"))
    run.says("recording")
    driver.gone(GONE["removed"])
    until(lambda: run.process.poll() is not None)
    assert run.process.returncode == 4, run.lines
    assert (home / "take.wav").stat().st_size > 4096
    driver.gone(0)
    driver.nothing_is_left()

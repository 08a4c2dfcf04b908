"""Rows H2, H4 and H9, and devices that are not there or too narrow: told with what there is, before anything is begun."""
import json
import os
import re
import resource
import subprocess
import wave

import pytest

from conftest import SOURCE
from support.faults import UNPRIVILEGED, Refusal, changed

SERVER = SOURCE / "tests/jack-server"
INPUTS = """[patch]
dialect = 1
host = HOST
length = 480fr
[mic]
type = input
channels = 1-6
[keep]
type = file-recorder
from = mic
file = keep.wav
start = auto
"""


@pytest.fixture
def refused(graphophone, home):
    return Refusal(graphophone, home)


@pytest.fixture
def rig(home):
    """Writes INPUTS for a host, with pieces replaced."""

    def write(host, *changes):
        (home / "rig.ini").write_text(changed(*changes, rig=INPUTS.replace("HOST", host)))

    return write


class Beside:
    """The program beside a JACK server of its own, which `options` are for."""

    def __init__(self, graphophone, home, options):
        self.path = graphophone.path
        self.command = [str(SERVER), *map(str, options)]
        # The server's own files are not in the way of a comparison.
        self.environment = {**os.environ, "GPH_SKIP_STATUS": "77", "TMPDIR": str(home.parent)}

    def __call__(self, *arguments, timeout, **options):
        result = subprocess.run([*self.command, self.path, *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                                capture_output=True, timeout=timeout, env=self.environment, **options)
        if result.returncode == 77:
            pytest.skip("no jackd, or no right to make namespaces")
        return result


@pytest.fixture
def beside(graphophone, home):
    """beside(*options of tests/jack-server): a Refusal by a program that runs beside such a server."""
    return lambda *options: Refusal(Beside(graphophone, home, options), home)


def song(path, rate, channels):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(bytes(2 * channels * 480))


# ---------------------------------------------------------------- H4

RATE = ("length = 480fr", "length = 480fr\nrate = 48kHz")


def test_h4_a_server_of_another_rate_is_refused(beside, rig):
    rig("jack", RATE, ("1-6", "1-2"))
    beside("-r", 44100)("run", "rig.ini", status=4,
                        told="rig.ini:5:8: error: host jack: rate: wanted 48000, but the server's rate is 44100\n")


def test_h4_the_same_from_the_command_line(beside, rig):
    rig("jack", ("1-6", "1-2"))
    beside("-r", 44100)("run", "rig.ini", "--rate", "48kHz", status=4,
                        told="--rate 48kHz:1:1: error: host jack: rate: wanted 48000, but the server's rate is 44100\n")


def test_h4_any_rate_is_taken_as_it_comes(beside, rig, home):
    rig("jack", ("1-6", "1-2"))
    result = beside("-r", 44100).graphophone("run", "rig.ini", "--json", timeout=120)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["takes"][0]["rate"] == 44100
    assert (home / "keep.wav").exists()


def test_h4_a_timer_of_another_rate_is_refused(refused, rig):
    rig("clock", RATE, ("[mic]", "clock.rate = 44100Hz\n[mic]"))
    refused("run", "rig.ini", status=4, told=": error: host clock: rate: wanted 48000, but the timer's rate is 44100\n")


def test_h4_a_file_of_another_rate_is_refused(refused, rig, home):
    song(home / "song.wav", 44100, 6)
    rig("offline", RATE, ("[mic]", "offline.in = song.wav\n[mic]"))
    refused("render", "rig.ini", status=4,
            told=": error: host offline: rate: wanted 48000, but the input file's rate is 44100\n")


def test_h4_a_player_of_another_rate_is_refused(refused, home):
    song(home / "song.wav", 44100, 2)
    refused.patch(changed(("host = offline", "host = offline\nrate = 48kHz"),
                          ("type = tone\nchannels = 2", "type = file-player\nfile = song.wav")), status=2,
                  told="rig.ini:8:8: error: the file is at 44100 Hz, the rig at 48000 Hz; 'convert = on' makes it fit")


def test_h4_a_container_that_cannot_hold_the_rate_of_the_device(refused):
    refused.patch(changed(("host = offline", "host = offline\nrate = 300kHz"), ("keep.wav", "keep.ogg")), status=2,
                  told="rig.ini:9:2: error: 'keep': ogg goes up to 200000 Hz, not 300000\n")


def until(process, words):
    """Reads lines of a process until one has these words."""
    seen = ""
    for line in process.stderr:
        seen += line
        if words in line:
            return seen
    raise AssertionError("ended without: " + words + "\n" + seen)


def test_h4_a_device_that_comes_back_with_another_rate_stays_lost_by_name(graphophone, rig, home):
    """What was recorded is in the take; SIGINT ends the wait, with status 4."""
    rig("clock", ("length = 480fr", "clock.script = 4800 vanish 10ms, 4800 return rate=44100"))
    with subprocess.Popen([graphophone.path, "run", "rig.ini", "--json"], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(process, "warning: timer is gone: it is back with 44100 Hz instead of 48000 Hz")
        process.send_signal(2)
        out, _ = process.communicate(timeout=120)
    told = json.loads(out)
    assert process.returncode == 4 and told["exit_status"] == 4
    assert told["takes"][0]["frames"] >= 4800 and told["takes"][0]["rate"] == 48000
    assert not list(home.glob("*.part"))


# ---------------------------------------------------------------- what is not there, and what is too narrow

def test_no_server_is_told_at_the_host(refused, rig, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "graphophone-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    rig("jack")
    refused("run", "rig.ini", status=4,
            told="rig.ini:3:8: error: host jack cannot be used: no JACK server is running\n")


def test_auto_is_jack_and_never_a_timer(refused, rig, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "graphophone-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    rig("auto")
    refused("run", "rig.ini", status=4,
            told="rig.ini:3:8: error: host jack cannot be used: no JACK server is running\n")


def test_a_server_of_another_name_is_told_at_the_device(beside, rig):
    rig("jack")
    beside()("run", "rig.ini", "--device", "nosuch", status=4,
             told="--device nosuch:1:1: error: host jack: no JACK server nosuch is running\n")


def test_a_device_that_is_not_there_names_those_that_are(refused, rig):
    rig("clock", ("[mic]", "device = tmier\n[mic]"))
    refused("run", "rig.ini", status=4, told="rig.ini:5:10: error: host clock: no device 'tmier'; there are: timer, spare\n")


def test_a_device_of_the_command_line_wins_over_those_of_each_direction(graphophone, rig):
    rig("clock", ("[mic]", "device.in = tmier\ndevice.out = nor-this\n[mic]"))
    result = graphophone("run", "rig.ini", "--device", "spare", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["device"] == "spare"
    result = graphophone("run", "rig.ini", "--device", "spare", "--set", "patch.device.in=nosuch")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("inputs, there", [
    (0, "jack has no input channels, this names channel 1"),
    (1, "jack has 1 input channel (system:capture_1), this names channel 2"),
    (2, "jack has 2 input channels (system:capture_1 to system:capture_2), this names channel 3"),
    (5, "jack has 5 input channels (system:capture_1 to system:capture_5), this names channel 6"),
])
def test_a_server_with_too_few_ports_names_those_that_are(beside, rig, inputs, there):
    rig("jack")
    beside("-C", inputs)("run", "rig.ini", status=4, told=f"rig.ini:5:2: error: [mic] {there}; "
                         "'connect' names others or none, 'absent = silence' goes on without\n")


def test_a_server_with_too_few_outputs_names_those_that_are(beside, home):
    (home / "rig.ini").write_text(changed(("host = offline", "host = jack")) +
                                  "[out]\ntype = output\nfrom = beep\nchannels = 3-4\n")
    beside("-P", 2)("run", "rig.ini", status=4,
                    told="rig.ini:13:2: error: [out] jack has 2 output channels (system:playback_1 to system:playback_2), "
                         "this names channel 3; 'connect' names others or none\n")


@pytest.mark.parametrize("line", ["absent = silence", "connect = none", "connect = system:*", "channels = 2"])
def test_what_needs_no_more_ports_runs(beside, rig, home, line):
    rig("jack", ("channels = 1-6", line if line.startswith("channels") else f"channels = 1-6\n{line}"))
    result = beside("-C", 2).graphophone("run", "rig.ini", timeout=120)
    assert result.returncode == 0, result.stderr
    assert (home / "keep.wav").exists()


def test_a_timer_that_is_too_narrow_says_how_wide_it_is(refused, rig):
    rig("clock", ("[mic]", "clock.channels = 2\n[mic]"))
    refused("run", "rig.ini", status=4, told="rig.ini:6:2: error: [mic] 'timer' has 2 input channels, this names channel 3\n")


def test_a_file_that_is_too_narrow_says_how_wide_it_is(refused, rig, home):
    song(home / "song.wav", 48000, 2)
    rig("offline", ("[mic]", "offline.in = song.wav\n[mic]"))
    refused("render", "rig.ini", status=4, told="rig.ini:6:2: error: [mic] 'file' has 2 input channels, this names channel 3\n")


def test_a_file_that_is_not_there_is_told_at_its_option(refused, rig):
    rig("offline", ("[mic]", "offline.in = song.wav\n[mic]"))
    refused("render", "rig.ini", status=4, told=["rig.ini:5:14: error: host offline: '", "No such file or directory"])


def test_a_file_that_is_there_is_not_written_over(refused, home):
    (home / "song.wav").write_bytes(b"somebody's only copy")
    (home / "rig.ini").write_text(changed(("host = offline", "host = offline\noffline.out = song.wav")) +
                                  "[out]\ntype = output\nfrom = beep\nchannels = 1-2\n")
    refused("render", "rig.ini", status=4, told=["rig.ini:4:15: error: host offline: '", "exists, and nothing is overwritten\n"])


def test_a_script_that_is_none_is_told_at_its_option(refused, rig):
    rig("clock", ("[mic]", "clock.script = 100 los 3\n[mic]"))
    refused("run", "rig.ini", status=4, told="rig.ini:5:16: error: host clock: '100 los 3' is no line of a script")


# ---------------------------------------------------------------- H2

HANG = """
jack_metro -b 60 >/dev/null 2>&1 &
until jack_lsp | grep -q ^metro; do kill -0 $! || exit 1; done
kill -STOP $!
"$@"
status=$?
kill -KILL $!
exit $status
"""


def test_h2_a_client_that_hangs_does_not_hang_the_rig(graphophone, home):
    """The server is asynchronous. Each frame is in the take, or lost by name, whatever this machine makes of it."""
    (home / "rig.ini").write_text(changed(("host = offline", "host = jack"), ("480fr", "96000fr")))
    result = Beside(graphophone, home, ["sh", "-c", HANG, "sh"])("run", "rig.ini", "--json", timeout=300)
    told = json.loads(result.stdout)
    assert told["takes"][0]["frames"] == 96000
    assert result.returncode == (1 if told["takes"][0]["lost"] else 0), result.stderr


# ---------------------------------------------------------------- H9

def modest():
    """As for an ordinary user: no real time, 8 MiB of locked memory."""
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (8 << 20, 8 << 20))


class Modest:
    """The program as an ordinary user has it."""

    def __init__(self, graphophone):
        self.path = graphophone.path

    def __call__(self, *arguments, timeout=120, **options):
        return subprocess.run([*UNPRIVILEGED, self.path, *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=timeout, preexec_fn=modest, **options)


def test_h9_without_rights_it_runs_and_says_so(graphophone, home):
    (home / "rig.ini").write_text(changed(("host = offline", "host = clock")))
    result = Modest(graphophone)("run", "rig.ini")
    # A late block of a machine that is not real-time costs no status: nothing is read from a device.
    assert result.returncode in (0, 1), result.stderr
    assert re.search(r"^rig on clock timer: .*; scheduling normal, memory \d+ of \d+ MB locked, watchdog (on|off)$", result.stderr, re.M)
    assert (home / "keep.wav").exists()


def test_h9_where_rights_are_required_it_is_refused_before_a_file_is_made(graphophone, home):
    (home / "rig.ini").write_text(changed(("host = offline", "host = clock\nrealtime = required")))
    Refusal(Modest(graphophone), home)(
        "run", "rig.ini", status=6,
        told="error: 'realtime = required', but the machine gives: scheduling normal, memory ")


def test_h9_offline_nothing_is_required(graphophone, home):
    (home / "rig.ini").write_text(changed(("host = offline", "host = offline\nrealtime = required")))
    assert Modest(graphophone)("render", "rig.ini").returncode == 0


def test_h9_with_the_rights_it_runs(graphophone, home):
    (home / "rig.ini").write_text(changed(("host = offline", "host = clock\nrealtime = required")))
    result = graphophone("run", "rig.ini")
    if result.returncode == 6:
        pytest.skip("this machine gives no real time: " + result.stderr.strip().rpartition(": ")[2])
    assert result.returncode in (0, 1), result.stderr
    assert "real-time FIFO" in result.stderr

"""Row L1: the user or the system asks for the end, once or twice, at any moment of a run.

    GPH_SIGNALS=100 meson test -C build-tests/plain --timeout-multiplier 0 --verbose faults/signals

asks a hundred times each and prints the figures; without the variable it is a few times. Moments are drawn, and what is
asserted holds for all of them.
"""
import os
import pathlib
import pty
import random
import signal
import subprocess
import sys
import termios
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from kills import RIG, accepted, children, clean, is_gone, judge, ring_of, wait_for

ROUNDS = int(os.environ.get("GPH_SIGNALS", "4"))
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def masks(pid):
    """Which signals a process ignores, holds back, and has pending, by the name of the line in its status."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line[:6]: int(line[7:], 16) for line in lines if line[:6] in ("SigIgn", "SigBlk", "ShdPnd")}


def has(mask, number):
    return bool(mask >> (number - 1) & 1)


def as_a_shell_leaves_them():
    """Signals that whoever runs the tests ignores (nohup) would be ignored by the program too."""
    for number in (*ENDING, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Run:
    """A rig that records from its start on, and its writer once there is one."""

    def __init__(self, program, home, channels=2, lines="", **options):
        (home / "rig.ini").write_text(RIG.replace("CHANNELS", str(channels)).replace("[in]", f"{lines}\n[in]"))
        self.home = home
        self.channels = channels
        self.process = subprocess.Popen([program, "run", "rig.ini"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        **{"stdin": subprocess.DEVNULL, "preexec_fn": as_a_shell_leaves_them, **options})
        self.pid = self.process.pid
        self.ring = None
        self.writer = None

    def held(self):
        """Waits until it holds signals back: before that it has done nothing, and they end it."""
        wait_for(lambda: self.process.poll() is not None or has(masks(self.pid)["SigBlk"], signal.SIGINT))

    def recording(self, frames):
        def ring():
            assert self.process.poll() is None, self.process.stdout.read()
            return ring_of(self.pid)
        self.ring = wait_for(ring)
        self.writer, = wait_for(lambda: children(self.pid))
        wait_for(lambda: accepted(self.ring) >= frames)

    def ask(self, number):
        """Asks for the end, and waits until that is seen, so that a second wish is not taken for the first."""
        self.process.send_signal(number)
        wait_for(lambda: self.process.poll() is not None or not has(masks(self.pid)["ShdPnd"], number))

    def end(self):
        """How it ended, once its writer is gone too, which may outlive it."""
        said = self.process.communicate(timeout=120)[0]
        if self.writer:
            wait_for(lambda: is_gone(self.writer))
        return self.process.returncode, said


def nothing_half_made(home):
    """Takes that are whole, or none; whether there are any."""
    assert not list(home.glob("*.part")) and not list(home.glob("*.journal")), list(home.iterdir())
    return bool(list(home.glob("*.wav")))


def anybody_in(folder):
    """Whether a program of ours still runs in a folder, whoever started it."""
    for link in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link) == str(folder) and link.parent.name != str(os.getpid()):
                return True
        except OSError:  # gone again, or a kernel's own
            pass
    return False


@pytest.fixture
def run(graphophone, home):
    return lambda **options: Run(graphophone.path, home, **options)


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_l1_once_while_it_records(run, home, number):
    dice = random.Random(number)
    for _ in range(ROUNDS):
        one = run()
        one.recording(dice.randrange(64, 9600))
        one.ask(number)
        assert one.end()[0] in (0, 1)  # 1: this machine was late, and the summary says so
        judge(home, accepted(one.ring), 2)
        clean(home)
    print(f"{ROUNDS} times {number.name} while recording: 0 frames lost")


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_l1_once_before_or_while_it_opens(run, home, number):
    """It comes to no harm wherever it was: nothing was begun, or what was begun is whole."""
    dice = random.Random(number)
    n_takes = 0
    for _ in range(ROUNDS):
        one = run()
        one.held()
        time.sleep(dice.uniform(0, 0.15))
        one.ask(number)
        status, said = one.end()
        assert status in (0, 1), said
        n_takes += nothing_half_made(home)
        clean(home)
    print(f"{ROUNDS} times {number.name} before it recorded, or just then: {n_takes} takes, all whole")


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_l1_held_back_from_the_first_file_on(run, home, number):
    """Before the program holds signals back they end it, and it has made nothing yet."""
    for _ in range(ROUNDS):
        one = run()
        one.process.send_signal(number)
        status, said = one.end()
        assert status in (-number, 0), said
        assert [path.name for path in home.iterdir() if path.is_file()] == ["rig.ini"] or status == 0
        nothing_half_made(home)
        clean(home)


@pytest.mark.parametrize("first, second", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM),
                                           (signal.SIGHUP, signal.SIGINT), (signal.SIGINT, signal.SIGTERM)],
                         ids=lambda number: number.name)
def test_l1_twice(run, home, first, second):
    """The engine ends at once or has just ended by itself; the writer finishes the take in either case."""
    dice = random.Random(first * 100 + second)
    n_cut = 0
    for _ in range(ROUNDS):
        one = run(channels=64)
        one.recording(dice.randrange(64, 9600))
        one.ask(first)
        time.sleep(dice.uniform(0, 0.02))
        one.process.send_signal(second)
        status, said = one.end()
        assert status in (0, 1, -second), said
        n_cut += status == -second
        judge(home, accepted(one.ring), 64)
        clean(home)
    assert n_cut > 0
    print(f"{ROUNDS} times {first.name}, then {second.name}: {n_cut} cut off, 0 accepted frames lost")


def test_l1_twice_while_it_opens(run, home):
    dice = random.Random(1)
    for _ in range(ROUNDS):
        one = run()
        one.held()
        time.sleep(dice.uniform(0, 0.1))
        one.ask(signal.SIGINT)
        one.process.send_signal(signal.SIGINT)
        status, said = one.end()
        assert status in (0, 1, -signal.SIGINT), said
        # A writer that was begun finishes by itself, and its journal says why.
        wait_for(lambda: not anybody_in(home))
        assert not list(home.glob("*.part"))
        assert status == -signal.SIGINT or not list(home.glob("*.journal"))
        clean(home)


def test_l1_a_second_hang_up_is_the_same_terminal(run, home):
    """A shell and the kernel each send one: a take is finished all the same."""
    one = run()
    one.recording(4800)
    os.kill(one.writer, signal.SIGSTOP)  # so that the end takes for ever
    one.ask(signal.SIGHUP)
    one.ask(signal.SIGHUP)
    os.kill(one.writer, signal.SIGCONT)
    assert one.end()[0] in (0, 1)
    judge(home, accepted(one.ring), 2)


def test_l1_a_hang_up_that_is_ignored_is_no_wish(run, home):
    """nohup graphophone run: the take goes on, and is finished by a wish that is one."""
    one = run(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    one.recording(4800)
    assert has(masks(one.pid)["SigIgn"], signal.SIGHUP) and not has(masks(one.pid)["SigBlk"], signal.SIGHUP)
    one.process.send_signal(signal.SIGHUP)
    frames = accepted(one.ring) + 9600
    wait_for(lambda: accepted(one.ring) >= frames)
    one.ask(signal.SIGTERM)
    assert one.end()[0] in (0, 1)
    judge(home, accepted(one.ring), 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_l1_a_close_that_hangs_is_cut_short(run, home, number):
    one = run()
    one.recording(4800)
    os.kill(one.writer, signal.SIGSTOP)
    one.ask(number)
    assert one.process.poll() is None and list(home.glob("*.part"))
    one.process.send_signal(number)
    # The engine is gone while its disk still hangs; what it says goes to a pipe that the writer holds too.
    assert one.process.wait(timeout=60) == -number
    assert list(home.glob("*.part")) and not list(home.glob("*.wav"))
    os.kill(one.writer, signal.SIGCONT)
    one.end()
    judge(home, accepted(one.ring), 2)


def test_l1_a_close_that_hangs_leaves_what_recover_finds(run, graphophone, home):
    """The same, and the writer does not come back either."""
    one = run()
    one.recording(48000)
    os.kill(one.writer, signal.SIGSTOP)
    one.ask(signal.SIGINT)
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(timeout=60) == -signal.SIGINT
    os.kill(one.writer, signal.SIGKILL)
    one.end()
    part, = home.glob("*.part")
    result = graphophone("recover", ".")
    assert result.returncode == 0, result.stderr
    take, = home.glob("*.wav")
    frames = (take.stat().st_size - 4096) // 8
    assert 0 < frames <= accepted(one.ring)
    judge(home, frames, 2)


def test_l1_the_first_wish_during_an_end_that_came_by_itself_cuts_nothing(run, home):
    one = run(lines="length = 96000fr")
    one.recording(64)
    os.kill(one.writer, signal.SIGSTOP)
    wait_for(lambda: accepted(one.ring) >= 96000)
    one.ask(signal.SIGINT)
    assert one.process.poll() is None
    os.kill(one.writer, signal.SIGCONT)
    assert one.end()[0] in (0, 1)
    judge(home, accepted(one.ring), 2)


RENDER = """[patch]
dialect = 1
host = offline
length = LENGTH
[beep]
type = tone
freq = 997Hz
[take]
type = file-recorder
from = beep
file = take.wav
format = wav-s16
start = auto
"""


@pytest.mark.parametrize("times", [1, 2])
def test_l1_offline(graphophone, home, times):
    """There the writer is a thread: what a second wish leaves as .part is recovered. Both are the beginning of a whole one."""
    (home / "short.ini").write_text(RENDER.replace("LENGTH", "480000fr").replace("take.wav", "short.wav"))
    assert graphophone("render", "short.ini").returncode == 0
    whole = (home / "short.wav").read_bytes()[4096:]
    (home / "long.ini").write_text(RENDER.replace("LENGTH", "100h"))
    process = subprocess.Popen([graphophone.path, "render", "long.ini"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    part = home / "take.wav.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 1000000)
    process.send_signal(signal.SIGINT)
    wait_for(lambda: process.poll() is not None or not has(masks(process.pid)["ShdPnd"], signal.SIGINT))
    if times == 2:
        process.send_signal(signal.SIGINT)
    status = process.wait(timeout=120)
    assert status == 0 or (times == 2 and status == -signal.SIGINT)
    if status:
        result = graphophone("recover", ".")
        assert result.returncode == 0, result.stderr
    assert not part.exists()
    found = (home / "take.wav").read_bytes()[4096:]
    assert len(found) > 900000 and found[:len(whole)] == whole[:len(found)]


def test_l1_what_a_terminal_sends_does_not_reach_the_writer(run, home):
    one = run()
    one.recording(4800)
    ignored = masks(one.writer)["SigIgn"]
    for number in (*ENDING, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ):
        assert has(ignored, number), number
    for number in (*ENDING, signal.SIGQUIT):
        os.kill(one.writer, number)
    frames = accepted(one.ring) + 4800
    wait_for(lambda: accepted(one.ring) >= frames)
    one.ask(signal.SIGINT)
    assert one.end()[0] in (0, 1)
    judge(home, accepted(one.ring), 2)


# ---------------------------------------------------------------- in a terminal

class Seat(Run):
    """The same in a terminal of its own, whose keys the test has."""

    def __init__(self, program, home):
        self.keys, terminal = pty.openpty()
        self.terminal = terminal

        def sits_down():
            as_a_shell_leaves_them()
            os.setsid()
            os.close(os.open(os.ttyname(0), os.O_RDWR))  # the first that a session opens is its own
        super().__init__(program, home, stdin=terminal, preexec_fn=sits_down)
        self.before = termios.tcgetattr(terminal)

    def key(self, key):
        os.write(self.keys, key)

    def hang_up(self):
        os.close(self.terminal)
        os.close(self.keys)

    def leave(self):
        after = termios.tcgetattr(self.terminal)
        self.hang_up()
        return after


def test_l1_ctrl_c_finishes_the_take(graphophone, home):
    one = Seat(graphophone.path, home)
    one.recording(4800)
    wait_for(lambda: termios.tcgetattr(one.terminal) != one.before)  # keys are read one by one
    one.key(b"\x03")
    assert one.end()[0] in (0, 1)
    assert one.leave() == one.before
    judge(home, accepted(one.ring), 2)


def test_l1_ctrl_c_twice_leaves_the_terminal_and_the_take_as_they_should_be(graphophone, home):
    one = Seat(graphophone.path, home)
    one.recording(4800)
    wait_for(lambda: termios.tcgetattr(one.terminal) != one.before)
    os.kill(one.writer, signal.SIGSTOP)
    one.key(b"\x03")
    wait_for(lambda: termios.tcgetattr(one.terminal) == one.before)  # the first has been heard
    one.key(b"\x03")
    assert one.process.wait(timeout=60) == -signal.SIGINT
    assert one.leave() == one.before
    os.kill(one.writer, signal.SIGCONT)
    one.end()
    judge(home, accepted(one.ring), 2)


def test_l1_twice_at_once_leaves_the_terminal_as_it_was(graphophone, home):
    """Also where the second comes before anything was done about the first."""
    for _ in range(ROUNDS):
        one = Seat(graphophone.path, home)
        one.recording(64)
        wait_for(lambda: termios.tcgetattr(one.terminal) != one.before)
        one.ask(signal.SIGINT)
        one.process.send_signal(signal.SIGINT)
        assert one.end()[0] in (0, 1, -signal.SIGINT)
        assert one.leave() == one.before
        judge(home, accepted(one.ring), 2)
        clean(home)


def test_l1_a_terminal_that_is_closed_finishes_the_take(graphophone, home):
    one = Seat(graphophone.path, home)
    one.recording(4800)
    one.hang_up()
    assert one.end()[0] in (0, 1)
    judge(home, accepted(one.ring), 2)

"""Rows D4 and D10: a disk that will not do is told before the start and nothing is half made; what is there already, or
comes to be there meanwhile, is never written over."""
import json
import os
import re
import resource
import socket
import struct
import subprocess

import pytest

from support.faults import UNPRIVILEGED, Refusal, changed, tree


class Prefixed:
    """The program behind another command."""

    def __init__(self, graphophone, *prefix):
        self.command = [*prefix, graphophone.path]

    def __call__(self, *arguments, timeout=120, **options):
        return subprocess.run([*self.command, *map(str, arguments)], stdin=subprocess.DEVNULL, text=True, capture_output=True,
                              timeout=timeout, **options)


@pytest.fixture
def refused(graphophone, home):
    return Refusal(graphophone, home)


@pytest.fixture
def unprivileged(graphophone, home):
    """A refusal by the program where the rights of files count, also when root runs the tests."""
    return Refusal(Prefixed(graphophone, *UNPRIVILEGED), home)


# ---------------------------------------------------------------- D4

def test_d4_a_folder_that_is_not_there_is_not_made(refused, home):
    """An unmounted disk is an error, not a folder on the system's disk."""
    refused.patch(changed(("keep.wav", "absent/keep.wav")), status=5,
                  told=f"rig.ini:11:8: error: cannot open the folder '{home}/absent': No such file or directory\n")
    refused.patch(changed(("host = offline", f"host = offline\nfolder = {home}/absent")), status=5,
                  told=f"rig.ini:12:8: error: cannot open the folder '{home}/absent': No such file or directory\n")


def test_d4_what_is_no_folder_is_refused(refused, home):
    (home / "disk").write_bytes(b"a file")
    refused.patch(changed(("keep.wav", "disk/keep.wav")), status=5,
                  told=f"rig.ini:11:8: error: cannot open the folder '{home}/disk': Not a directory\n")


def test_d4_a_folder_that_may_not_be_written_is_refused(unprivileged, home):
    (home / "disk").mkdir(mode=0o555)
    unprivileged.patch(changed(("keep.wav", "disk/{take}/keep.wav")), status=5,
                       told=f"rig.ini:11:8: error: cannot write to the folder '{home}/disk': Permission denied\n")


def test_d4_a_folder_that_may_not_be_entered_is_refused(unprivileged, home):
    (home / "disk").mkdir(mode=0o000)
    unprivileged.patch(changed(("keep.wav", "disk/keep.wav")), status=5,
                       told=[f"rig.ini:11:8: error: cannot ", f"the folder '{home}/disk': Permission denied\n"])


def test_d4_the_same_folder_with_rights_is_fine(graphophone, home):
    """The refusals above are for the rights alone."""
    (home / "disk").mkdir(mode=0o755)
    (home / "rig.ini").write_text(changed(("keep.wav", "disk/{take}/keep.wav")))
    result = Prefixed(graphophone, *UNPRIVILEGED)("render", "rig.ini")
    assert result.returncode == 0, result.stderr


def test_d4_a_disk_that_is_mounted_read_only_is_refused(graphophone, home):
    (home / "disk").mkdir()
    mount = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    prefix = ["unshare", "-Urm", "sh", "-c", mount, "sh", str(home / "disk")]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("no right to make namespaces")
    Refusal(Prefixed(graphophone, *prefix), home).patch(
        changed(("keep.wav", "disk/keep.wav")), status=5,
        told=f"rig.ini:11:8: error: cannot write to the folder '{home}/disk': Read-only file system\n")


@pytest.mark.parametrize("file", ["x" * 260 + ".wav", "x" * 241 + ".wav", "{take}/" + "x" * 250, "{node}" * 70 + ".wav"])
def test_d4_a_name_that_is_too_long_is_refused(refused, file):
    refused.patch(changed(("keep.wav", file)), status=5,
                  told="rig.ini:11:8: error: this makes names of more than 250 bytes\n")


def test_d4_a_name_that_just_fits_is_made(graphophone, home):
    """Beside it there is room for the number of a part and for .part."""
    name = "x" * 240 + ".wav"
    (home / "rig.ini").write_text(changed(("keep.wav", name)))
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / name).exists()


def files(most):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.mark.parametrize("most", [*range(4, 22), 26, 30])
def test_d4_too_few_descriptors_are_told_before_the_start(graphophone, home, most):
    """However few there are: either the take is whole, or nothing was made and a documented status says so."""
    (home / "rig.ini").write_text(changed())
    before = tree(home)
    result = graphophone("render", "rig.ini", preexec_fn=files(most))
    if result.returncode == 0:
        assert (home / "keep.wav").stat().st_size > 480 * 2 * 4
        assert most >= 12
        return
    assert tree(home) == before
    assert result.stdout == ""
    assert "error: " in result.stderr
    assert result.returncode in (2, 3, 4, 5, 6), result.stderr
    assert most < 30


def test_d4_a_file_a_channel_needs_as_many_descriptors(refused):
    refused.home.joinpath("rig.ini").write_text(changed(("channels = 2", "channels = 64"),
                                                       ("keep.wav", "{ch}.wav\nfiles = per-channel")))
    refused("render", "rig.ini", status=5, preexec_fn=files(100),
            told="rig.ini:8:2: error: [keep] 136 files are to be open at once, the system allows ")


def size(most):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("most", [0, 1, 100, 1024, 2000])
def test_d4_a_limit_of_size_costs_no_more_than_what_is_beyond_it(graphophone, home, most):
    """The signal that comes with it does not end the program; the status says that the disk refused."""
    (home / "rig.ini").write_text(changed(("480fr", "48000fr")))
    before = set(tree(home))
    result = graphophone("render", "rig.ini", preexec_fn=size(most))
    assert result.returncode in ((2, 5) if most < 200 else (5,)), (result.returncode, result.stderr)
    assert "File too large" in result.stderr
    assert not (home / "keep.wav").exists()
    assert set(tree(home)) - before <= {"keep.wav.part"}


def test_d4_a_file_that_cannot_be_made_leaves_nothing(graphophone, home):
    """A quota shows itself when a file is made and no sooner: here a file system that has room for no further name."""
    (home / "disk").mkdir()
    (home / "rig.ini").write_text(changed(("keep.wav", "disk/keep.wav")))
    prefix = ["unshare", "-Urm", "sh", "-c",
              'mount -t tmpfs -o size=1m,nr_inodes=1 none "$1" && shift && "$@"; status=$?; ls -A disk; exit $status', "sh",
              str(home / "disk")]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("no right to make namespaces")
    before = tree(home)
    result = Prefixed(graphophone, *prefix)("render", "rig.ini")
    assert result.returncode == 5, result.stderr
    assert re.search(r"^rig\.ini:8:2: error: \[keep\] .*No space left on device$", result.stderr, re.M)
    assert tree(home) == before
    assert not re.search(r"^keep\.wav", result.stdout, re.M)


def test_d4_what_a_player_cannot_read_is_told_at_its_setting(unprivileged, home):
    (home / "song.wav").write_bytes(b"RIFF")
    (home / "song.wav").chmod(0o000)
    unprivileged.patch(changed(("type = tone\nchannels = 2", "type = file-player\nfile = song.wav")), status=5,
                       told=["rig.ini:7:8: error: ", "song.wav: Permission denied"])


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo"])
def test_d4_what_a_player_cannot_play_is_told_without_a_hang(refused, home, kind):
    {"missing": lambda path: None, "folder": os.mkdir, "fifo": os.mkfifo}[kind](home / "song.wav")
    refused.patch(changed(("type = tone\nchannels = 2", "type = file-player\nfile = song.wav")), status=5,
                  told="rig.ini:7:8: error: ")


# ---------------------------------------------------------------- D10

def makes_link(target):
    return lambda path: os.symlink(target, path)


@pytest.mark.parametrize("make", [
    lambda path: path.write_bytes(b"somebody's only copy"), os.mkdir, os.mkfifo, makes_link("/etc/passwd"),
    makes_link("nothing"),
], ids=["file", "folder", "fifo", "link", "dangling link"])
@pytest.mark.parametrize("name", ["keep.wav", "keep.wav.part"])
def test_d10_a_name_that_is_taken_is_left_alone(graphophone, home, make, name):
    make(home / name)
    (home / "rig.ini").write_text(changed())
    before = tree(home)
    result = graphophone("render", "rig.ini", "--json")
    assert result.returncode == 0, result.stderr
    assert [take["path"] for take in json.loads(result.stdout)["takes"]] == [f"{home}/keep-2.wav"]
    after = tree(home)
    assert set(after) - set(before) == {"keep-2.wav"}
    assert {name: after[name] for name in before} == before


def test_d10_ten_runs_make_ten_takes(graphophone, home):
    (home / "rig.ini").write_text(changed())
    for n in range(1, 11):
        assert graphophone("render", "rig.ini").returncode == 0
    assert {path.name for path in home.glob("*.wav")} == {"keep.wav"} | {f"keep-{n}.wav" for n in range(2, 11)}
    assert len({path.read_bytes()[-480 * 2 * 4:] for path in home.glob("*.wav")}) == 1


@pytest.mark.parametrize("there, next", [([], "001"), (["001.wav"], "002"), (["007.wav"], "008"), (["007-old.wav"], "008"),
                                         (["003-2.wav"], "004"), (["012.wav.part"], "013"), (["x9.wav", "9x.wav"], "001")])
def test_d10_a_take_gets_a_number_above_all_that_are_there(graphophone, home, there, next):
    for name in there:
        (home / name).write_bytes(b"somebody's only copy")
    (home / "rig.ini").write_text(changed(("keep.wav", "{take}.wav")))
    result = graphophone("render", "rig.ini", "--json")
    assert result.returncode == 0, result.stderr
    assert [take["path"] for take in json.loads(result.stdout)["takes"]] == [f"{home}/{next}.wav"]
    assert all((home / name).read_bytes() == b"somebody's only copy" for name in there)


class Live:
    """A rig on the clock that is played by OSC and read by its lines.

    Where the machine is busy the timer loses frames, which status 1 tells; no row here is about that.
    """

    def __init__(self, graphophone, home, patch):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (home / "rig.ini").write_text(patch + f"[control]\nosc = 127.0.0.1:{self.port}\nkeep.toggle = osc /t\n")
        self.process = subprocess.Popen([graphophone.path, "run", "rig.ini", "--json"], stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.seen = ""
        self.until("rig on clock")

    def until(self, words):
        for line in self.process.stderr:
            self.seen += line
            if words in line:
                return
        raise AssertionError(f"ended without '{words}':\n{self.seen}")

    def toggle(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"/t\0\0,i\0\0" + struct.pack(">i", 1), ("127.0.0.1", self.port))

    def take(self):
        """Records one take."""
        self.toggle()
        self.until("[keep] records")
        self.toggle()
        self.until("keep: armed")

    def end(self):
        self.process.send_signal(2)
        out, more = self.process.communicate(timeout=120)
        self.seen += more
        return json.loads(out)


ARMED = changed(("host = offline\nlength = 480fr", "host = clock"), ("keep.wav", "disk/{take}.wav"),
                ("start = auto", "start = control"))


def test_d10_a_disk_that_is_swapped_keeps_what_is_on_it(graphophone, home):
    """Another folder comes to be where the takes go, with takes on it that are not ours."""
    (home / "disk").mkdir()
    live = Live(graphophone, home, ARMED)
    live.take()
    (home / "disk").rename(home / "first")
    (home / "disk").mkdir()
    for name in ("001.wav", "002.wav", "007.wav"):
        (home / "disk" / name).write_bytes(b"somebody's only copy")
    live.take()
    told = live.end()
    assert live.process.returncode in (0, 1), live.seen
    assert [path.name for path in (home / "first").iterdir()] == ["001.wav"]
    assert {path.name for path in (home / "disk").iterdir()} == {"001.wav", "002.wav", "007.wav", "008.wav"}
    assert all((home / "disk" / name).read_bytes() == b"somebody's only copy" for name in ("001.wav", "002.wav", "007.wav"))
    assert [take["path"] for take in told["takes"]] == [f"{home}/disk/001.wav", f"{home}/disk/008.wav"]


def test_d10_a_disk_that_is_swapped_while_a_take_runs(graphophone, home):
    """The take stays where it began, and is finished there."""
    (home / "disk").mkdir()
    live = Live(graphophone, home, ARMED)
    live.toggle()
    live.until("[keep] records")
    (home / "disk").rename(home / "first")
    (home / "disk").mkdir()
    (home / "disk/001.wav").write_bytes(b"somebody's only copy")
    live.toggle()
    live.until("keep: armed")
    told = live.end()
    assert live.process.returncode in (0, 1), live.seen
    assert [path.name for path in (home / "first").iterdir()] == ["001.wav"]
    assert (home / "disk/001.wav").read_bytes() == b"somebody's only copy"
    assert told["takes"][0]["frames"] * 8 < (home / "first/001.wav").stat().st_size


def test_d10_a_name_that_is_taken_while_the_take_runs(graphophone, home):
    """Somebody makes a file of the last name while ours is still a .part."""
    (home / "disk").mkdir()
    live = Live(graphophone, home, ARMED)
    live.toggle()
    live.until("[keep] records")
    (home / "disk/001.wav").write_bytes(b"somebody's only copy")
    live.toggle()
    live.until("keep: armed")
    told = live.end()
    assert live.process.returncode in (0, 1), live.seen
    assert (home / "disk/001.wav").read_bytes() == b"somebody's only copy"
    assert [take["path"] for take in told["takes"]] == [f"{home}/disk/001-2.wav"]
    assert {path.name for path in (home / "disk").iterdir()} == {"001.wav", "001-2.wav"}


def test_d10_a_disk_that_is_gone_fails_the_take_and_no_other(graphophone, home):
    """Nothing is made in its place."""
    (home / "disk").mkdir()
    live = Live(graphophone, home, ARMED)
    live.take()
    (home / "disk").rename(home / "first")
    live.toggle()
    live.until("[keep] the disk refuses")
    told = live.end()
    assert live.process.returncode == 5 and told["exit_status"] == 5
    assert not (home / "disk").exists()
    assert [path.name for path in (home / "first").iterdir()] == ["001.wav"]

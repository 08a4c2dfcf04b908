"""Triggers of a table, through the program: what they make of the sound, against numpy, whatever the block."""
import pathlib
import struct
import subprocess

import pytest

np = pytest.importorskip("numpy")

RATE = 48000
FRAMES = 1000

PATCH = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 200ms
[pool]
type = table
load = in.wav
save = out.wav
spare = on
{lines}
[more]
type = table
load = more.wav
[play]
type = table-player
table = pool
mode = loop
start = trigger
[other]
type = table-player
table = more
start = trigger
[ears]
type = file-recorder
from = play, other
file = heard.wav
start = auto
[control]
{control}
"""


def write_wav(path, sound, rate=RATE):
    """A float file of [channel, frame]."""
    data = np.ascontiguousarray(sound.T, "<f4").tobytes()
    channels = sound.shape[0]
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, channels, rate,
                       rate * channels * 4, channels * 4, 32, b"data", len(data))
    pathlib.Path(path).write_bytes(head + data)


def read_wav(path):
    """[channel, frame] of a float file."""
    data, at, channels = pathlib.Path(path).read_bytes(), 12, 0
    while True:
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            channels = struct.unpack_from("<H", data, at + 10)[0]
        if name == b"data":
            return np.frombuffer(data, "<f4", size // 4, at + 8).reshape(-1, channels).T
        at += 8 + size + size % 2


def sound(seed, channels=2, frames=FRAMES):
    return (np.random.default_rng(seed).uniform(-0.8, 0.8, (channels, frames)) + 0.05).astype("f4")


@pytest.fixture
def work(graphophone, home):
    """Runs PATCH with lines in [pool] and [control]; the result of the program."""
    write_wav(home / "in.wav", sound(1))
    write_wav(home / "more.wav", sound(2, 1, 600))

    def run(control, lines="", command="render", block=1024, patch=PATCH):
        (home / "t.ini").write_text(patch.format(control=control, lines=lines))
        arguments = ("--block", block) if command == "render" else ()
        return graphophone(command, *arguments, "t.ini")

    return run


def ramp(frames, length):
    return np.minimum(np.arange(frames) / length, 1)


def lowpassed(x, cutoff):
    b = 2 - np.cos(2 * np.pi * cutoff / RATE)
    pole, y, out = b - np.sqrt(b * b - 1), 0.0, np.empty_like(x, "f8")
    for f, value in enumerate(x):
        y = value + (y - value) * pole
        out[f] = y
    return out


M = sound(2, 1, 600)[0].astype("f8")
OPERATIONS = {
    "normalize": ("level = -6dB", lambda x: x * 10 ** (-6 / 20) / np.abs(x).max()),
    "remove-dc": ("", lambda x: x - x.mean(axis=1, keepdims=True)),
    "reverse": ("", lambda x: x[:, ::-1]),
    "invert": ("", lambda x: -x),
    "rectify": ("", np.abs),
    "fade-in": ("fade = 240fr", lambda x: x * ramp(FRAMES, 240)),
    "fade-out": ("fade = 5ms\nfade-shape = squared", lambda x: x * ramp(FRAMES, 240)[::-1] ** 2),
    "rotate": ("shift = 300fr", lambda x: np.roll(x, -300, axis=1)),
    "lowpass": ("cutoff = 2kHz", lambda x: np.array([lowpassed(c, 2000) for c in x])),
    "pow": ("exponent = 1.5", lambda x: np.sign(x) * np.abs(x) ** 1.5),
    "add": ("amount = 0.25", lambda x: x + 0.25),
    "subtract": ("other = more", lambda x: x - np.pad(M, (0, 400))),
    "multiply": ("other = more\namount = 2", lambda x: x * np.pad(2 * M, (0, 400), constant_values=1)),
    "copy": ("other = more", lambda x: np.array([M, M])),
    "clear": ("", None),
    "load": ("", lambda x: x),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_it_makes_and_when(name, work, home):
    lines, law = OPERATIONS[name]
    before = sound(1).astype("f8")
    heard = set()
    for block in (64, 1000, 8192):
        (home / "heard.wav").unlink(missing_ok=True)
        (home / "out.wav").unlink(missing_ok=True)
        result = work(f"play.play = at 0s\npool.{name} = at 3333fr\n", lines, block=block)
        assert result.returncode == 0, result.stderr
        heard.add((home / "heard.wav").read_bytes()[4096:])
        if law is None:
            assert not (home / "out.wav").exists()
        else:
            wanted = np.asarray(law(before))
            # What is new is saved when the run ends; `load` brought nothing new but itself.
            assert np.abs(read_wav(home / "out.wav") - wanted).max() < 2e-6
    assert len(heard) == 1
    # The last frame that is old and the first that is new are where they were asked for.
    play = read_wav(home / "heard.wav")[:2]
    assert (play[:, :3333] == np.tile(sound(1), 4)[:, :3333]).all()
    if law is None:
        assert not play[:, 3333:].any()
    elif name != "copy":
        assert np.abs(play[:, 3333:4000] - np.asarray(law(before))[:, 333:]).max() < 2e-6


def test_one_after_the_other_and_back(work, home):
    result = work("pool.reverse = at 10ms\npool.invert = at 10ms\npool.rotate = at 10ms\npool.save = at 10ms\n"
                  "pool.undo = at 20ms, at 40ms, at 50ms\npool.clear = at 30ms\n", "shift = 10fr")
    assert result.returncode == 0, result.stderr
    assert (read_wav(home / "out.wav") == np.roll(-sound(1)[:, ::-1], -10, axis=1)).all()
    # The undo of 20 ms took the rotation back, those of 40 and 50 ms the clear, and the clear again.
    assert not (home / "out-2.wav").exists()


def test_a_trigger_takes_its_parameters_as_they_are_then(work, home):
    result = work("pool.amount = at 5ms 0.5..0.5, at 15ms 7..7\npool.multiply = at 10ms\n", "amount = 3")
    assert result.returncode == 0, result.stderr
    assert (read_wav(home / "out.wav") == sound(1) * np.float32(0.5)).all()


def test_nothing_is_overwritten(work, home):
    (home / "out.wav").write_bytes(b"somebody's only copy")
    result = work("pool.save = every 50ms\n")
    assert result.returncode == 0, result.stderr
    assert (home / "out.wav").read_bytes() == b"somebody's only copy"
    for n in range(2, 5):
        assert (read_wav(home / f"out-{n}.wav") == sound(1)).all()
    assert not list(home.glob("*.part"))


def test_each_save_is_a_take_of_its_own(work, home):
    """But for one that starts with a recorder's: `play` and `other` are recorded from frame 0, and saved there too."""
    patch = PATCH.replace("save = out.wav", "save = {{take}}-pool.wav").replace("file = heard.wav", "file = {{take}}-heard.wav")
    result = work("pool.save = at 0s, at 10ms, at 100ms\npool.invert = at 150ms\n", patch=patch)
    assert result.returncode == 0, result.stderr
    takes = {path.name for path in home.glob("*-*.wav")}
    number = sorted(takes)[0].split("-")[0]
    names = [str(int(number) + n).zfill(len(number)) for n in range(4)]
    assert takes == {f"{names[0]}-heard.wav", *(f"{name}-pool.wav" for name in names)}


@pytest.mark.parametrize("file, error", [("t.flac", 2**-15), ("t.aiff", 2**-24), ("t.au", 2**-24), ("t.ogg", None)])
def test_formats_by_the_ending(file, error, work, home):
    result = work("pool.save = at 10ms\n", patch=PATCH.replace("out.wav", file))
    assert result.returncode == 0, result.stderr
    shown = subprocess.run(["sox", file, "-t", "raw", "-e", "float", "-b", "32", "-"], cwd=home, capture_output=True)
    assert shown.returncode == 0, shown.stderr
    got = np.frombuffer(shown.stdout, "<f4").reshape(-1, 2).T
    assert got.shape == (2, FRAMES)
    if error is not None:
        assert np.abs(got - sound(1)).max() <= error


def test_load_takes_what_the_file_has_now(work, home, graphophone):
    """The file is longer than the table by then, and says what is not a number."""
    more = sound(5, 2, 1500)
    more[0, 7] = np.nan
    write_wav(home / "later.wav", more)
    patch = PATCH.replace("load = in.wav", "load = later.wav\nlength = 1000fr")
    result = work("pool.load = at 10ms\npool.save = at 20ms\n", patch=patch)
    assert result.returncode == 0, result.stderr
    more[0, 7] = 0
    assert (read_wav(home / "out.wav") == more[:, :1000]).all()
    assert result.stderr.count("it was cut to 1000 frames") == 2
    assert result.stderr.count("1 samples of") == 2


@pytest.mark.parametrize("control, lines, patch, told", [
    ("pool.reverse = at 1ms", "", PATCH.replace("spare = on", ""), "'reverse' works in a second bank; it needs 'spare = on' in [pool]"),
    ("pool.undo = on play.loop", "", PATCH.replace("spare = on", ""), "'undo' works in a second bank"),
    ("pool.save = at 1ms", "", PATCH.replace("save = out.wav", ""), "'save' needs 'save = FILE' in [pool]"),
    ("pool.load = at 1ms", "", PATCH.replace("load = in.wav", "length = 1s"), "'load' needs 'load = FILE' in [pool]"),
    ("pool.copy = at 1ms", "", PATCH, "'copy' needs 'other = TABLE' in [pool]"),
    ("pool.copy = at 1ms", "other = mor", PATCH, "no table 'mor'; did you mean 'more'"),
    ("pool.revers = at 1ms", "", PATCH, "did you mean 'reverse'"),
    ("", "level = 3", PATCH, "'level' of table takes dB"),
])
def test_refused_at_its_place(control, lines, patch, told, work):
    result = work(control, lines, "check", patch=patch)
    assert result.returncode == 2
    assert told in result.stderr
    assert result.stderr.startswith("t.ini:")


RECORDER = """[patch]
dialect = 1
host = offline
rate = 48kHz
length = 400ms
offline.signal = counter
[mic]
type = input
channels = 1
[pool]
type = table
length = 1000fr
spare = on
save = out.wav
[rec]
type = table-recorder
from = mic
table = pool
mode = {mode}
[control]
{control}
"""


def test_a_recorder_undoes_what_a_table_did(work, home):
    """Recorded, turned round by the table, brought back by the recorder; and recorded over afterwards."""
    result = work("rec.record = at 0s\npool.reverse = at 50ms\nrec.undo = at 100ms\n",
                  patch=RECORDER.replace("{mode}", "once").replace("save = out.wav", "save = {{take}}.wav"))
    assert result.returncode == 0, result.stderr
    names = sorted(path.name for path in home.glob("*.wav") if path.name not in ("in.wav", "more.wav"))
    first, last = (read_wav(home / name)[0] for name in names)
    assert len(first) == 1000 and (np.diff(first) > 0).all()
    assert (first == last).all()


def test_nothing_is_done_while_it_records(work, home):
    result = work("rec.record = at 0s\npool.reverse = at 10ms\npool.clear = at 15ms\npool.invert = at 50ms\n",
                  patch=RECORDER.replace("{mode}", "once"))
    assert result.returncode == 0, result.stderr
    assert "'reverse' was not done: the table is being recorded" in result.stderr
    assert "'clear' was not done: the table is being recorded" in result.stderr
    assert (np.diff(read_wav(home / "out.wav")[0]) > 0).all()
    assert (np.diff(read_wav(home / "out-2.wav")[0]) < 0).all()


def test_an_overdub_goes_on_with_what_is_there(work, home):
    """A loop of 500 frames is emptied by the table: the recorder stands still, and its next toggle begins anew."""
    result = work("rec.toggle = at 0s, at 500fr, at 200ms, at 9900fr\npool.clear = at 100ms\n",
                  patch=RECORDER.replace("{mode}", "overdub"))
    assert result.returncode == 0, result.stderr
    assert read_wav(home / "out.wav").shape == (1, 300)

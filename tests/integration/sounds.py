"""What the examples record is what arithmetic says: their files against a second computation of every module in them,
at several blocks. Each check is shown to convict a rig in which one value is off."""
import functools
import struct
import subprocess
import wave

import numpy as np
import pytest

from conftest import SOURCE
from support import arithmetic
from support.arithmetic import gain_of
from support.sound_files import read_floats, read_integers, write_floats

RATE = 48000
BLOCKS = [1, 64, 1024]


def noise(frames, channels, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype("f4")


def same(got, wanted, tolerance, what):
    assert got.shape == wanted.shape, f"{what}: {got.shape}, not {wanted.shape}"
    worst = np.abs(got - wanted).max()
    assert worst <= tolerance, f"{what}: off by {worst:.3g} at frame {np.abs(got - wanted).max(axis=1).argmax()}"


@pytest.fixture
def play(graphophone, home):
    """Runs an example offline on a sound; returns the folder with what it wrote."""
    def run(name, block, sound=None, sets=(), length=None):
        folder = home / f"{name}-{block}"
        folder.mkdir()
        lines = [f"patch.folder={folder}", *sets]
        if sound is not None:
            length = len(sound)
            write_floats(folder / "in.wav", sound)
            lines += [f"patch.offline.in={folder}/in.wav", f"patch.offline.out={folder}/out.wav"]
        arguments = [word for line in lines for word in ("--set", line)]
        arguments += ["--length", f"{length}fr"] if length else []
        result = graphophone("run", "--quiet", "--host", "offline", "--block", block, *arguments,
                             SOURCE / f"config/patches/{name}.ini")
        assert result.returncode == 0, result.stderr
        return folder
    return run


def convicts(check, folder):
    """The check finds fault with what stands in the folder."""
    with pytest.raises(AssertionError):
        check(folder)


# ---------------------------------------------------------------- stereo-rig: before and after the effects

@functools.lru_cache
def rig_sound():
    """Bursts, so that the compressor has to rise and to fall."""
    sound = noise(24000, 2, 1) * np.where(np.arange(24000) // 4000 % 2, 0.9, 0.03)[:, None]
    return sound.astype("f4")


@functools.lru_cache
def rig_wet():
    squeezed = arithmetic.compressor(rig_sound(), RATE, threshold=-18, ratio=3)
    return arithmetic.freeverb(squeezed, RATE, size=0.7, mix=0.25)


def check_rig(folder):
    """The key at frame 4801: dry has all that was before it, five seconds would fit; wet begins with it."""
    dry, wet = read_floats(folder / "001-dry.wav"), read_integers(folder / "001-wet.wav", 2)
    assert np.array_equal(dry, rig_sound()[:20011])
    same(wet, rig_wet()[4801:20011], 1e-5, "wet")
    same(read_floats(folder / "out.wav"), rig_wet() * gain_of(-6), 1e-5, "monitor")


def play_rig(play, free_port, block, *sets):
    keys = [f"control.{node}.toggle=at 4801fr, at 20011fr" for node in ("dry", "wet")]
    return play("stereo-rig", block, rig_sound(), sets=[*keys, f"control.osc=127.0.0.1:{free_port}", *sets])


@pytest.mark.parametrize("block", BLOCKS)
def test_stereo_rig(play, free_port, block):
    check_rig(play_rig(play, free_port, block))


@pytest.mark.parametrize("change", ["comp.threshold=-18.1dB", "comp.ratio=3.02", "comp.attack=10.1ms",
                                    "comp.release=101ms", "comp.knee=5dB", "verb.size=70.1%", "verb.mix=25.1%",
                                    "verb.damp=50.1%", "verb.spread=1", "monitor.from=verb @ -6.01dB",
                                    "dry.preroll=0s", "wet.preroll=1fr", "mic.channels=2,1"])
def test_stereo_rig_with_one_value_off(play, free_port, change):
    convicts(check_rig, play_rig(play, free_port, 1024, change))


# ---------------------------------------------------------------- render: a file through a reverb, to its tail's end

@functools.lru_cache
def song():
    return np.rint(noise(12000, 2, 2) * 0.5 * 8388607).astype("i4")


def play_song(play, home, block, *sets, length=None):
    packed = song().astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()
    with wave.open(str(home / "song.wav"), "wb") as file:
        file.setparams((2, 3, RATE, 0, "NONE", ""))
        file.writeframes(packed)
    return play("render", block, sets=[f"song.file={home}/song.wav", *sets], length=length)


@functools.lru_cache
def song_wet(frames):
    sound = np.vstack([song() / 2**23, np.zeros((frames - len(song()), 2))])
    return arithmetic.freeverb(sound.astype("f4"), RATE, size=0.8, mix=0.35)


def check_song(folder):
    same(read_integers(folder / "song-verb.flac", 2)[:30000], song_wet(30000), 1e-6, "song")


@pytest.mark.parametrize("block", BLOCKS)
def test_render(play, home, block):
    folder = play_song(play, home, block)
    check_song(folder)
    # It ends when the player has (at the first frame it has nothing for) and the longest tail there is: 99 % of itself
    # a round of the longest comb, until it has lost 60 dB; then the all-passes.
    rounds = np.log(0.001) / np.log(0.99)
    assert len(read_integers(folder / "song-verb.flac", 2)) == len(song()) + 1 + int(rounds * 1760) + 605


@pytest.mark.parametrize("change", ["verb.size=80.01%", "verb.mix=35.01%", "verb.damp=50.01%", "verb.spread=1",
                                    "song.gain=-0.01dB", "song.offset=1fr", "out.from=song", "out.format=flac-s16"])
def test_render_with_one_value_off(play, home, change):
    convicts(check_song, play_song(play, home, 1024, change, length=30000))


# ---------------------------------------------------------------- level-trigger: one file a microphone

LABELS = ["kick", "snare", "bass", "vox"]
# Frame, level, channel of single loud samples over a hum of -60 dB. The threshold is -40 dB to begin, -50 dB to go on.
PEAKS = [(1000, -40.1, 0),              # not enough
         (160011, -39.9, 2),            # begins, three seconds earlier in the file
         (680007, -50.1, 1),            # does not go on
         (203333, -49.9, 3),            # goes on for ten seconds from here
         (690000, -40.1, 1),            # not enough for a second take
         (700001, -30.0, 0)]            # the second; it ends with the run
FRAMES = 705000
SPANS = [(160011 - 144000, 203333 + 480000 + 1), (700001 - 144000, FRAMES)]


@functools.lru_cache
def stage_sound():
    sound = noise(FRAMES, 4, 3) * np.float32(gain_of(-60))
    for frame, level, channel in PEAKS:
        sound[frame, channel] = gain_of(level) * (-1) ** channel
    return sound


def check_stage(folder):
    names = [f"{take:03}-{label}.wav" for take in (1, 2) for label in LABELS]
    assert sorted(path.name for path in folder.glob("0*.wav")) == sorted(names)
    for take, (first, end) in enumerate(SPANS, 1):
        for channel, label in enumerate(LABELS):
            got = read_floats(folder / f"{take:03}-{label}.wav")[:, 0]
            wanted = stage_sound()[first:end, channel]
            assert got.shape == wanted.shape and np.array_equal(got, wanted), f"take {take}, {label}"


@pytest.mark.parametrize("block", BLOCKS)
def test_level_trigger(play, block):
    check_stage(play("level-trigger", block, stage_sound()))


@pytest.mark.parametrize("change", ["tracks.start-level=-39dB", "tracks.start-level=-40.5dB", "tracks.stop-level=-49dB",
                                    "tracks.stop-level=-51dB", "tracks.hold=480001fr", "tracks.preroll=143999fr",
                                    "tracks.labels=kick, snare, vox, bass", "tracks.from=stage[1,2,4,3]"])
def test_level_trigger_with_one_value_off(play, change):
    convicts(check_stage, play("level-trigger", 1024, stage_sound(), sets=[change]))


# ---------------------------------------------------------------- looper: overdub, its follower, undo

TOGGLES = [3001, 15013, 26027, 33333, 36001, 40009]
# In the middle of what is heard of the last punch's fall, so that a frame earlier or later is heard as well.
UNDO, LAST = 52100, 56000


@functools.lru_cache
def guitar():
    return noise(LAST, 2, 4) * np.float32(0.5)


@functools.lru_cache
def looped():
    """The table at the end, and what its player played: recorded, closed, one punch that stays, one undone."""
    looper = arithmetic.Looper(60 * RATE, 2, 0.84, RATE // 200)
    heard = np.empty_like(guitar())
    for frame in range(LAST):
        heard[frame] = looper.frame(guitar()[frame], frame in TOGGLES, frame == UNDO)
    return looper.table, heard


def at(frames):
    return ", ".join(f"at {frame}fr" for frame in frames)


def play_loop(play, block, *sets):
    return play("looper", block, guitar(), sets=[f"control.rec.toggle={at(TOGGLES)}", f"control.rec.undo=at {UNDO}fr",
                                                 "control.rec.clear=key x", "control.midi=none",
                                                 f"control.stems.toggle=at 101fr, at {LAST - 77}fr",
                                                 "loop.save=loop.wav", *sets])


def check_loop(folder):
    table, heard = looped()
    stems = read_floats(folder / "stems-001.wav")
    assert np.array_equal(stems[:, :2], guitar()[101:LAST - 77])
    assert np.array_equal(stems[:, 2:], heard[101:LAST - 77])
    kept = read_floats(folder / "loop.wav")
    assert np.array_equal(kept, table[:TOGGLES[1] - TOGGLES[0]])
    same(read_floats(folder / "out.wav"), guitar() + heard.astype("f8") * gain_of(-3), 2e-7, "out")


@pytest.mark.parametrize("block", BLOCKS)
def test_looper(play, block):
    check_loop(play_loop(play, block))


@pytest.mark.parametrize("change", ["rec.feedback=84.001%", "rec.fade=239fr", "rec.stop-fade=239fr", "play.follow=off",
                                    "out.from=guitar + play @ -3.001dB", "control.rec.undo=at 52101fr",
                                    "control.rec.toggle=" + at(TOGGLES[:-1] + [40010]),
                                    "stems.from=play, guitar", "loop.spare=off"])
def test_looper_with_one_value_off(play, change):
    convicts(check_loop, play_loop(play, 1024, change))


# ---------------------------------------------------------------- pre-post: three files that line up

@functools.lru_cache
def mic_sound():
    """Loud enough for the limiter, which follows a compressor and a reverb."""
    return (rig_sound() * np.float32(6)).astype("f4")


@functools.lru_cache
def mic_processed():
    low_cut = arithmetic.highpass(mic_sound(), 80, RATE)
    between = arithmetic.compressor(low_cut, RATE, threshold=-24, ratio=3, lookahead=240)
    room = arithmetic.freeverb(between, RATE, size=0.6, mix=0.2)
    return between, arithmetic.limiter(room, RATE)


def check_pre_post(folder):
    """What is late by 240 frames, and by 240 more, stands at its own frame; what came too late for that is left out."""
    between, post = mic_processed()
    assert np.array_equal(read_floats(folder / "001-pre.wav"), mic_sound())
    got = read_floats(folder / "001-between.wav"), read_integers(folder / "001-post.flac", 2)
    assert len(got[0]) == len(got[1]) == len(mic_sound())
    same(got[0][:-240], between[240:], 2e-5, "between")
    same(got[1][:-480], post[480:], 2e-5, "post")
    assert np.abs(post[480:]).max() > 0.99 * gain_of(-1), "the limiter has nothing to do"
    same(read_floats(folder / "out.wav"), post, 2e-5, "monitor")


@pytest.mark.parametrize("block", BLOCKS)
def test_pre_post(play, block):
    check_pre_post(play("pre-post", block, mic_sound()))


@pytest.mark.parametrize("change", ["rumble.freq=80.1Hz", "rumble.q=0.71", "level.threshold=-24.01dB",
                                    "level.lookahead=239fr", "room.size=60.1%", "loud.ceiling=-1.01dB",
                                    "loud.release=51ms", "between.align=off", "post.align=off"])
def test_pre_post_with_one_value_off(play, change):
    convicts(check_pre_post, play("pre-post", 1024, mic_sound(), sets=[change]))


# ---------------------------------------------------------------- quickstart: a chord and a click

def check_quickstart(folder):
    """The chord by its closed form: band-limited corners differ from sharp ones by less than 2e-3. The wet file is
    what the effects make of the very dry one."""
    frames = 30000
    root, third, fifth = (gain_of(level) * arithmetic.triangle(hertz, RATE, frames)
                          for hertz, level in ((110, -18), (138.6, -24), (164.8, -24)))
    click = np.where(np.arange(frames) % 24000 == 0, gain_of(-6), 0)
    dry = read_floats(folder / "001-dry.wav")
    same(dry, np.stack([root + third + click, root + fifth + click], axis=1), 2e-3, "dry")
    squeezed = arithmetic.compressor(dry, RATE, threshold=-18, ratio=3)
    same(read_integers(folder / "001-wet.wav", 2), arithmetic.freeverb(squeezed, RATE, size=0.8, mix=0.35), 1e-5, "wet")


@pytest.mark.parametrize("block", BLOCKS)
def test_quickstart(play, block):
    check_quickstart(play("quickstart", block, length=30000))


@pytest.mark.parametrize("change", ["root.freq=110.1Hz", "third.gain=-24.4dB", "fifth.shape=sine", "click.gain=-6.1dB",
                                    "click.freq=2.0001Hz", "comp.ratio=3.1", "verb.size=81%", "verb.mix=36%",
                                    "band.from=root + third + click, root + fifth"])
def test_quickstart_with_one_value_off(play, change):
    convicts(check_quickstart, play("quickstart", 1024, sets=[change], length=30000))


# ---------------------------------------------------------------- table-to-numpy: what the script makes of a table

def table_file(path, sound, head, written):
    """A shared table as its documentation lays it out; its newest frame is the one before `head`."""
    frames, channels = sound.shape
    stride = frames * 4 + 256
    header = bytearray(4096)
    struct.pack_into("<8s4I", header, 0, b"GPHTABLE", 1, 4096, channels, 0)
    struct.pack_into("<d3Q2I8Q", header, 24, RATE, frames, stride, stride * channels, 1, 0,
                     0, 0, frames, head, written, written // frames, 0, 1)
    body = b"".join(sound[:, c].astype("<f4").tobytes() + bytes(256) for c in range(channels))
    path.write_bytes(header + body)


@pytest.mark.parametrize("head", [0, 1, 30000, 48000, 95999])
def test_script_shows_the_newest_second(home, head):
    """Two seconds of noise of two levels, of which the script is to take the second before the head, across the end."""
    sound = noise(96000, 2, 5) * np.where(np.arange(96000) < 40000, 1, 0.25)[:, None]
    table_file(home / "table", sound.astype("f4"), head, 96000 * 3 + head)
    result = subprocess.run(["/usr/bin/python3", SOURCE / "config/patches/table-to-numpy.py", home / "table"],
                            capture_output=True, text=True, check=True)
    turned = np.roll(sound.astype("f4").astype("f8"), -head, axis=0)[-48000:]
    wanted = np.round(np.sqrt((turned ** 2).mean(axis=0)), 6)
    assert result.stdout == f"frames written: {96000 * 3 + head}  rms of the newest second: {wanted}\n"

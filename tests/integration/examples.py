"""Every patch of config/patches is checked; takes fed by the counter alone hold it bit for bit at any block."""
import os
import pathlib
import subprocess
import wave

import numpy as np
import pytest

from conftest import SOURCE
from support.sound_files import read_floats

PATCHES = sorted(path.stem for path in (SOURCE / "config/patches").glob("*.ini"))
# A patch that is not here fails: no example goes unlooked at.
KNOWN = {"installation", "level-trigger", "looper", "multitrack", "pre-post", "quickstart", "render",
         "stereo-rig", "table-to-numpy"}
BLOCKS = [1, 17, 64, 441, 1024, 8192]


def counter(frames, channels):
    frame = np.arange(frames)[:, None] + np.arange(channels)[None, :] * 65536
    return (frame % 2**23 / 2**23).astype("f4")


def test_every_example_is_in_the_list():
    assert set(PATCHES) == KNOWN


@pytest.mark.parametrize("name", PATCHES)
def test_example_checks(graphophone, source, home, name):
    (home / "rig.ini").write_bytes((source / f"config/patches/{name}.ini").read_bytes())
    with wave.open(str(home / "song.wav"), "wb") as song:
        song.setparams((2, 2, 48000, 0, "NONE", ""))
        song.writeframes(bytes(4 * 480))
    result = graphophone("check", "rig.ini", "--set", f"patch.folder={home}")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("block", BLOCKS)
def test_pre_post_keeps_what_came_in(graphophone, source, home, block):
    result = graphophone("run", source / "config/patches/pre-post.ini", "--host", "offline", "--rate", "48kHz",
                         "--block", block, "--length", "9600fr", "--set", f"patch.folder={home}",
                         "--set", "patch.offline.signal=counter")
    assert result.returncode == 0, result.stderr
    assert np.array_equal(read_floats(home / "001-pre.wav"), counter(9600, 2))
    assert len(read_floats(home / "001-between.wav")) == 9600


def test_quickstart_sounds_the_same_at_any_block(graphophone, source, home):
    first = None
    for block in BLOCKS:
        folder = home / str(block)
        folder.mkdir()
        result = graphophone("render", source / "config/patches/quickstart.ini", "--block", block,
                             "--length", "24000fr", "--set", f"patch.folder={folder}")
        assert result.returncode == 0, result.stderr
        dry = read_floats(folder / "001-dry.wav")
        assert dry.shape == (24000, 2) and np.any(dry)
        wet = (folder / "001-wet.wav").read_bytes()[4096:]
        if first is None:
            first = dry, wet
        assert np.array_equal(dry, first[0]) and wet == first[1]


def test_multitrack_keeps_each_channel_in_a_file_of_its_name(graphophone, source, home):
    """The key is pressed at 0.5 s; with 2 s of pre-roll the files begin with the run."""
    result = graphophone("run", source / "config/patches/multitrack.ini", "--host", "offline", "--rate", "48kHz",
                         "--length", "1s", "--set", f"patch.folder={home}", "--set", "patch.offline.signal=counter",
                         "--set", "control.tracks.toggle=at 0.5s")
    assert result.returncode == 0, result.stderr
    names = ["kick", "snare", "hat", "bass", "guitar-l", "guitar-r", "keys", "vox"]
    assert sorted(path.name for path in (home / "001").iterdir()) == sorted(f"{name}.wav" for name in names)
    for channel, name in enumerate(names):
        with wave.open(str(home / "001" / f"{name}.wav")) as take:
            assert (take.getnchannels(), take.getsampwidth(), take.getnframes()) == (1, 3, 48000)
            packed = np.frombuffer(take.readframes(48000), "u1").reshape(-1, 3).astype("i4")
        values = packed[:, 0] | packed[:, 1] << 8 | packed[:, 2] << 16
        expected = np.rint(counter(48000, 8)[:, channel] * np.float32(8388607)).astype("i4")
        assert np.array_equal(values, expected), name


def test_installation_routes_32_channels(graphophone, source, home):
    """Trim, delay of each zone and the limiter's 5 ms, in float32 as the patch says; the raw take beside it."""
    frames = 12000
    result = graphophone("run", source / "config/patches/installation.ini", "--host", "offline",
                         "--length", f"{frames}fr", "--set", f"patch.folder={home}",
                         "--set", "patch.offline.signal=counter", "--set", f"patch.offline.out={home}/out.wav",
                         "--set", "patch.device=none", "--set", "raw.file=raw.w64")
    assert result.returncode == 0, result.stderr
    heard = sox_samples(home / "out.wav", 32)
    dry = counter(frames, 32)
    gains = np.full(32, 10 ** (-6 / 20))
    gains[16:24], gains[31] = 10 ** (-12 / 20), 0
    for channel in range(32):
        late = 960 * (channel // 4 + 1) + 240
        assert not np.any(heard[:late, channel]), f"channel {channel + 1} sounds before its zone's delay"
        expected = dry[:frames - late, channel] * gains[channel]
        np.testing.assert_allclose(heard[late:frames, channel], expected, rtol=3e-7, atol=2 ** -24,
                                   err_msg=f"channel {channel + 1}")
    raw = sox_samples(home / "raw.w64", 32)
    np.testing.assert_allclose(raw, dry, rtol=0, atol=2 ** -22)
    assert raw.shape == (frames, 32)


def sox_samples(path, channels):
    """What sox reads of a file, frames x channels."""
    raw = subprocess.run(["sox", str(path), "-t", "f32", "-"], stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, "<f4").reshape(-1, channels)


def test_table_to_numpy_is_read_while_the_rig_runs(graphophone, source, home):
    """Waits for frames, not for time: the table is filled with the counter, the example's script looks on."""
    name = f"test-{os.getpid()}"
    shared = pathlib.Path(f"/dev/shm/graphophone-{os.getuid()}-{name}.ring")
    process = subprocess.Popen([graphophone.path, "run", source / "config/patches/table-to-numpy.ini", "--host", "clock",
                                "--rate", "48kHz", "--set", f"patch.name={name}", "--set", "patch.clock.signal=counter"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        written = 0
        while written < 4800:
            assert process.poll() is None, "the rig has ended"
            if shared.exists():
                written = int(np.frombuffer(shared.read_bytes()[:128], "u8")[12])
        script = subprocess.run(["/usr/bin/python3", source / "config/patches/table-to-numpy.py", shared],
                                capture_output=True, text=True)
        assert script.returncode == 0, script.stderr
        assert "frames written: " in script.stdout
        memory = shared.read_bytes()
        stride = int(np.frombuffer(memory[:128], "u8")[5])
        expected = counter(4800, 2)
        for channel in range(2):
            at = 4096 + channel * stride
            got = np.frombuffer(memory[at:at + 4 * 4800], "<f4")
            lost = int(round((float(got[0]) - float(expected[0, channel])) * 2**23))
            assert np.array_equal(got, counter(4800 + lost, 2)[lost:, channel])
    finally:
        process.send_signal(2)
        process.wait(timeout=120)
    assert not shared.exists()

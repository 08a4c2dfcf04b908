"""table-writer in a patch: what stands in the table's file, against arithmetic, at several blocks."""
import numpy as np
import pytest

from support.sound_files import read_floats, write_floats

SIZE, FRAMES = 5000, 12000
BLOCKS = [1, 64, 1024]

# Sound on channel 1, where to put it on channel 2.
PATCH = f"""[patch]
dialect = 1
host = offline
rate = 48kHz
length = {FRAMES}fr
[both]
type = file-player
file = both.wav
[tape]
type = table
length = {SIZE}fr
save = tape-BLOCK.wav
[hand]
type = table-writer
from = both[1]
table = tape
"""


@pytest.fixture
def table(graphophone, home):
    """Runs the patch with more lines at a block; returns what the table's file holds."""
    def run(sound, more, block):
        write_floats(home / "both.wav", sound)
        (home / "rig.ini").write_text(PATCH.replace("BLOCK", str(block)) + more)
        result = graphophone("run", "--quiet", "--block", block, "rig.ini")
        assert result.returncode == 0, result.stderr
        return read_floats(home / f"tape-{block}.wav")[:, 0]
    return run


def placed(sound, place, most=1024):
    """Where the position stays the mean, on the way to where it goes next a line."""
    table, last, mean, run = np.zeros(SIZE), None, 0.0, []
    for x, frame in zip(sound.tolist(), np.floor(place.astype("f8") * SIZE + 0.5).astype(int).tolist()):
        if not 0 <= frame < SIZE:
            last = None
            continue
        if frame == last:
            run.append(x)
        else:
            way = 0 if last is None else abs(frame - last)
            if 1 < way <= most:
                step = 1 if frame > last else -1
                table[last:frame:step] = mean + (x - mean) * np.arange(way) / way
            run, last = [x], frame
        mean = sum(run) / len(run)
        table[frame] = mean
    return table


@pytest.mark.parametrize("block", BLOCKS)
def test_a_position_writes(table, block):
    """It sweeps to and fro at speeds of 0 to 4, waits, leaps once within and once beyond 1,024, and leaves for a while."""
    chance = np.random.default_rng(7)
    place = 0.5 + 0.45 * np.sin(np.arange(FRAMES) * 0.0017)
    place[3000:3200] = place[3000]
    place[5000:5600] -= np.where(place[5000:5600] > 0.5, 0.15, -0.15)
    place[7000:7300] = chance.uniform(-0.5, 1.5, 300)
    sound = chance.uniform(-1, 1, FRAMES)
    both = np.stack([sound, place], axis=1).astype("f4")
    got = table(both, "from.position = both[2]\n", block)
    wanted = placed(both[:, 0], both[:, 1])
    assert np.count_nonzero(wanted) > SIZE // 2
    np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-7)
    assert np.abs(got - placed(both[:, 0], both[:, 1], most=900)).max() > 1e-3


@pytest.mark.parametrize("block", BLOCKS)
def test_changes_are_written_one_after_the_other(table, block):
    """Steps of 13 frames; cleared in between, after which the table begins anew and holds nothing else."""
    steps = np.random.default_rng(8).uniform(-1, 1, FRAMES // 13 + 1).astype("f4").repeat(13)[:FRAMES]
    both = np.stack([steps, steps], axis=1)
    control = "[control]\nhand.stop = at 6500fr\ntape.clear = at 7000fr\nhand.record = at 8001fr\n"
    got = table(both, "mode = changes\n" + control, block)
    heard = steps[8001:]
    assert np.array_equal(got, heard[np.flatnonzero(np.diff(heard, prepend=2) != 0)])


def test_what_it_needs_is_said(graphophone, home):
    write_floats(home / "both.wav", np.zeros((10, 2)))
    (home / "rig.ini").write_text(PATCH)
    result = graphophone("check", "rig.ini")
    assert result.returncode == 2
    assert "'mode = position' needs 'from.position', where to write" in result.stderr

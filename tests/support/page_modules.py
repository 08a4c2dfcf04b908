"""The three modules of the page 'Writing a module', and the patches that play them."""
import re

from support.sound_files import read_floats

NAMES = ["quiet", "pad", "taker"]


def page_of(source):
    return (source / "config/writing-a-module.md").read_text(encoding="utf-8")


def write_patches(page, folder):
    for match in re.finditer(r"^    ; (\w+\.ini).*\n(?:    .*\n|\n(?=    ))+", page, re.M):
        (folder / match.group(1)).write_text("".join(line[4:] + "\n" for line in match.group().splitlines()))
    assert sorted(path.stem for path in folder.glob("*.ini")) == sorted(NAMES)


def play_all(run, home):
    """Renders the three patches and looks at what they left, frame by frame."""
    for name in NAMES:
        told = run(name)
        assert told["exit_status"] == 0 and len(told["takes"]) == 1
    quiet, pad, taken = (read_floats(home / file).copy() for file in ("quiet.wav", "pad.wav", "taken.wav"))
    # A tone of -20 dB, 20 dB quieter.
    assert quiet.shape == (24000, 2) and abs(abs(quiet).max() - 0.01) < 1e-5
    # Hit at 100 ms and at 800 ms, silent before, between and after.
    assert pad.shape == (72000, 2)
    for hit in (4800, 38400):
        assert (pad[hit:hit + 24000] == quiet).all()
        pad[hit:hit + 24000] = 0
    assert not pad.any()
    # From 250 ms to 750 ms.
    assert taken.shape[0] == 24000 and abs(abs(taken).max() - 0.1) < 1e-5

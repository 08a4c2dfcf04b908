"""Every example patch gives the same takes, bit for bit, whatever the block: triggers, ramps, tables and all."""
import json
import pathlib
import subprocess

import pytest

from support.sound_files import read_chunks

SOURCE = pathlib.Path(__file__).parents[2]
PATCHES = sorted(path.stem for path in (SOURCE / "config/patches").glob("*.ini"))
BLOCKS = [1, 17, 441, 1024, 4096, 8192]
# What is pressed when: each recorder is started and stopped twice, in the middle of blocks.
PRESSED = {
    "file-recorder": ("toggle", "at 4801fr, at 30011fr, at 40013fr"),
    "table-recorder": ("toggle", "at 3001fr, at 15013fr, at 26027fr, at 33333fr"),
}


def nodes_of(graphophone, patch):
    result = graphophone("check", "--json", "--host", "offline", "--length", "1s", "--set", f"patch.folder={patch.parent}",
                         patch)
    assert result.returncode == 0, result.stderr
    return [(node["name"], node["type"]) for node in json.loads(result.stdout)["nodes"]]


@pytest.fixture
def stage(home, source):
    """A copy of the example patches with all that they name: folders, a card, a song."""
    for folder in ("Recordings", "Takes", "takes"):
        (home / folder).mkdir()
    subprocess.run(["sox", "-n", "-r", "48000", "-c", "2", "-b", "24", "song.wav", "synth", "0.7", "pluck", "220",
                    "pluck", "277"], check=True)
    for path in (source / "config/patches").glob("*.ini"):
        (home / path.name).write_text(path.read_text())
    return home


def takes_of(graphophone, stage, patch, nodes, block, port):
    """The takes of one run: {name: chunks}."""
    folder = stage / f"takes/{block}"
    folder.mkdir()
    sets = [f"patch.folder={folder}", "patch.offline.signal=counter"]
    if "osc =" in (stage / f"{patch}.ini").read_text():
        sets.append(f"control.osc=127.0.0.1:{port}")
    for name, kind in nodes:
        if kind in PRESSED:
            trigger, when = PRESSED[kind]
            sets.append(f"control.{name}.{trigger}={when}")
        if kind == "table":
            sets.append(f"{name}.save={name}.wav")
        if kind == "file-recorder":
            sets.append(f"{name}.file={name}-{{take}}" + ("-{label}.wav" if patch == "level-trigger" else ".wav"))
            sets.append(f"{name}.format=wav-f32")
    arguments = [item for line in sets for item in ("--set", line)]
    result = graphophone("run", "--quiet", "--host", "offline", "--rate", "48kHz", "--block", str(block), "--length",
                         "1s", *arguments, stage / f"{patch}.ini")
    assert result.returncode == 0, result.stderr
    return {path.relative_to(folder).as_posix(): timeless(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def timeless(path):
    """All of a take but what says when it was made."""
    return [chunk for chunk in read_chunks(path) if chunk[0] not in ("bext", "iXML")]


@pytest.mark.parametrize("patch", PATCHES)
def test_bits_do_not_depend_on_blocks(patch, graphophone, stage, free_port):
    nodes = nodes_of(graphophone, stage / f"{patch}.ini")
    wanted = takes_of(graphophone, stage, patch, nodes, 64, free_port)
    assert wanted, "nothing was recorded"
    assert any(any(dict(chunks)["data"]) for chunks in wanted.values()), "only silence was recorded"
    for block in BLOCKS:
        found = takes_of(graphophone, stage, patch, nodes, block, free_port)
        assert sorted(found) == sorted(wanted), f"block {block}"
        different = [name for name in wanted if found[name] != wanted[name]]
        assert different == [], f"block {block}"

"""Which modules are refused, why, and that none of their code has run (rows M1 and N3)."""
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

from support import programs

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
MODULES = BUILD / "tests/modules"
HEAD = "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-6\n"


def build(folder, text, modules, **variables):
    (folder / "x.ini").write_text(HEAD + text, encoding="utf-8")
    environment = {**os.environ, "GPH_TEST_MARK": str(folder / "mark"), **variables}
    result = programs.run("tests/golden/golden-build", "--module-dir", modules, "x.ini", cwd=folder, env=environment)
    result.first = result.stdout.decode().split("\n")[0].replace(programs.as_printed(modules), "FOLDER")
    return result


def library(name):
    return name + programs.LIBRARY


def effect(type):
    return f"[x]\ntype = {type}\nfrom = mic\n"


@pytest.fixture
def folder(tmp_path):
    """A folder of modules of our own, to be changed."""
    own = tmp_path / "own"
    own.mkdir(mode=0o755)
    for name in ("shapes", "abi-newer"):
        shutil.copy(MODULES / library(name), own / library(name))
        (own / library(name)).chmod(0o755)
    return own


REFUSED = {
    "abi-minor": "needs module ABI 1.4, this program has 1.0",
    "abi-major": "needs module ABI 2.0, this program has 1.0",
    "no-magic": "is no module: gph_module_1 does not begin as one",
    "no-symbol": "exports 'gph_module_2'; a module exports gph_module_1 alone",
    "two-exports": "exports 'second_export'; a module exports gph_module_1 alone",
}

HOSTILE = {
    "double": "has two keys 'mix'",
    "range": "has a parameter 'mix' whose range is empty",
    "default": "has a parameter 'mix' whose default is outside of its range",
    "nans": "has a parameter 'mix' whose default is outside of its range",
    "stride": "has parameters that are 16 bytes apart",
    "size": "has a parameter of a wrong size (number 1)",
    "many": "has 4000000000 parameters; 1024 is the most",
    "name": "has a key without a name of letters a-z, digits and '-'",
    "reserved": "has a key 'from', which is a word of patches",
    "width": "has a port 'in' of 9 to 5 channels",
    "ref": "has a port 'out' that is as wide as a port that cannot say",
    "choice": "has a parameter 'mix' that is a choice of nothing",
    "setting": "has a setting 'count' with a wrong default: 5 is above 4, the most that 'count' takes",
    "faults": "has a fault without a text (number 1)",
    "nothing": "has a type 'hostile' that has no process",
    "twins": "has two types 'hostile'",
    "triggers": "has a trigger and a parameter 'depth'",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_its_code_runs(tmp_path, name):
    result = build(tmp_path, effect(name), MODULES)
    assert result.first == f"x.ini:7:8: error: '{name}' {REFUSED[name]} (FOLDER)"
    assert result.returncode == 3
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_descriptor_without_sense(tmp_path, name):
    result = build(tmp_path, effect(f"hostile-{name}"), MODULES)
    assert result.first == f"x.ini:7:8: error: 'hostile-{name}' {HOSTILE[name]} (FOLDER)"
    assert result.returncode == 3


def test_the_mark_is_left_by_what_runs(tmp_path):
    """A newer module that needs no more than we have is taken."""
    result = build(tmp_path, effect("abi-newer/plate"), MODULES)
    assert result.returncode == 0
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("content, words", [
    (b"", "is not a shared library for this machine"),
    (b"#!/bin/sh\n", "is not a shared library for this machine"),
    (b"\x7fELF" + bytes(60), "is not a shared library for this machine"),
], ids=["empty", "script", "header"])
def test_not_a_library(tmp_path, folder, content, words):
    (folder / library("x")).write_bytes(content)
    (folder / library("x")).chmod(0o644)
    assert build(tmp_path, effect("x"), folder).first == f"x.ini:7:8: error: 'x' {words} (FOLDER)"


def test_every_cut(tmp_path, folder):
    """A file cut short anywhere is refused, and no cut makes the reader fall over."""
    whole = (folder / library("abi-newer")).read_bytes()
    for size in range(0, len(whole), len(whole) // 40):
        (folder / library("cut")).write_bytes(whole[:size])
        (folder / library("cut")).chmod(0o644)
        result = build(tmp_path, effect("cut/plate"), folder)
        assert result.returncode in (0, 3)


def test_what_others_may_write(tmp_path, folder):
    (folder / library("shapes")).chmod(0o757)
    result = build(tmp_path, effect("shapes/stereo"), folder)
    assert result.first == "x.ini:7:8: error: 'shapes/stereo' may be written by others (FOLDER)"
    assert result.returncode == 3


def test_folder_that_others_may_write(tmp_path, folder):
    folder.chmod(0o777)
    result = build(tmp_path, effect("shapes/stereo"), folder)
    assert result.first == "x.ini:7:8: error: no type 'shapes/stereo'; 'graphophone modules' lists what there is"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o777


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_is_another_users(tmp_path, folder):
    os.chown(folder / library("shapes"), 12345, 12345)
    result = build(tmp_path, effect("shapes/stereo"), folder)
    assert result.first == "x.ini:7:8: error: 'shapes/stereo' belongs to another user (FOLDER)"


@pytest.mark.parametrize("path", ["", ".", "own", ":", "own:./own"])
def test_path_entries_that_are_not_absolute(tmp_path, folder, path):
    """The current folder is never searched, whatever the variable says."""
    environment = {"GRAPHOPHONE_MODULE_PATH": path}
    result = build(tmp_path, effect("shapes/stereo"), tmp_path / "none", **environment)
    assert result.returncode == 3
    assert result.first.startswith("x.ini:7:8: error: no type 'shapes/stereo'")


@pytest.mark.parametrize("type", ["../own/shapes", "/tmp/shapes", "./shapes", "a/b/c", "shapes.so", "shapes/", "/"])
def test_no_patch_can_name_a_path(tmp_path, folder, type):
    result = build(tmp_path, effect(type), folder)
    assert result.returncode in (2, 3)
    assert "x.ini:7:" in result.first
    assert not (tmp_path / "mark").exists()


def test_first_hit_wins(tmp_path, folder):
    """Also when it is refused: the second folder is not a way round."""
    shutil.copy(MODULES / library("two-exports"), folder / library("gain"))
    result = build(tmp_path, effect("gain"), folder)
    assert result.first == ("x.ini:7:8: error: 'gain' exports 'second_export'; "
                            "a module exports gph_module_1 alone (FOLDER)")


def test_pin(tmp_path, folder):
    digest = subprocess.run(["sha256sum", folder / library("shapes")], stdout=subprocess.PIPE).stdout.decode().split()[0]
    good = effect("shapes/stereo") + f"[modules]\nshapes = sha256:{digest}\n"
    assert build(tmp_path, good, folder).returncode == 0
    bad = effect("abi-newer/plate") + f"[modules]\nabi-newer = sha256:{'0' * 64}\n"
    result = build(tmp_path, bad, folder)
    assert result.first.startswith("x.ini:7:8: error: 'abi-newer/plate' is not the file that [modules] pins: it has ")
    assert result.returncode == 3
    assert not (tmp_path / "mark").exists()

"""Rows M1, M9 and N3: which modules the program refuses, that no code of theirs has run by then, and how it goes back
where one fails on the way to the start."""
import hashlib
import os
import shutil

import pytest

from conftest import BUILD
from support.faults import Refusal, changed, tree

MODULES = BUILD / "tests/modules"


@pytest.fixture
def refused(graphophone, home):
    return Refusal(graphophone, home)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of modules that is searched first, outside of home, and the mark that a loaded test module leaves."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("GPH_TEST_MARK", str(tmp_path / "mark"))
    monkeypatch.setenv("GRAPHOPHONE_MODULE_PATH", f"{folder}:{os.environ['GRAPHOPHONE_MODULE_PATH']}")

    def put(name, source=None):
        shutil.copy(MODULES / f"{source or name}.so", folder / f"{name}.so")
        (folder / f"{name}.so").chmod(0o755)
        return folder / f"{name}.so"

    put.folder = folder
    put.mark = tmp_path / "mark"
    return put


def effect(type, more=""):
    return changed(("[keep]", f"[x]\ntype = {type}\nfrom = beep\n[keep]"), ("from = beep\nfile", "from = x\nfile")) + more


# ---------------------------------------------------------------- M1

WRONG = {
    "abi-minor": "needs module ABI 1.4, this program has 1.0",
    "abi-major": "needs module ABI 2.0, this program has 1.0",
    "no-magic": "is no module: gph_module_1 does not begin as one",
    "no-symbol": "exports 'gph_module_2'; a module exports gph_module_1 alone",
    "two-exports": "exports 'second_export'; a module exports gph_module_1 alone",
}
SENSELESS = {
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


@pytest.mark.parametrize("name", WRONG)
def test_m1_a_module_of_another_make_is_refused_before_its_code_runs(refused, own, name):
    own(name)
    refused.patch(effect(name), status=3, told=f"rig.ini:9:8: error: '{name}' {WRONG[name]} ({own.folder})\n")
    assert not own.mark.exists()


def test_m1_the_mark_convicts_what_runs(graphophone, home, own):
    """A module of a newer minor that needs no more than there is is taken, and its code runs."""
    own("abi-newer")
    (home / "rig.ini").write_text(effect("abi-newer/plate"))
    assert graphophone("check", "rig.ini").returncode == 0
    assert own.mark.exists()


@pytest.mark.parametrize("name", SENSELESS)
def test_m1_a_descriptor_without_sense_is_refused(refused, own, name):
    own(f"hostile-{name}")
    refused.patch(effect(f"hostile-{name}"), status=3,
                  told=f"rig.ini:9:8: error: 'hostile-{name}' {SENSELESS[name]} ({own.folder})\n")


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF" + bytes(60)], ids=["empty", "script", "header"])
def test_m1_what_is_no_library_is_refused(refused, own, content):
    own("plain", "abi-newer").write_bytes(content)
    refused.patch(effect("plain"), status=3,
                  told=f"rig.ini:9:8: error: 'plain' is not a shared library for this machine ({own.folder})\n")


def test_m1_a_pipe_in_the_place_of_a_module_is_not_waited_for(refused, own):
    os.mkfifo(own.folder / "pipe.so")
    refused.patch(effect("pipe"), status=3, told=f"rig.ini:9:8: error: 'pipe' is not a file ({own.folder})\n")


@pytest.mark.parametrize("type, told", [
    ("gian", "no type 'gian'; did you mean 'gain'?"),
    ("xyzzy", "no type 'xyzzy'; 'graphophone modules' lists what there is"),
    ("shapes/sterio", "module 'shapes' has no type 'sterio'; it has 'stereo'"),
])
def test_m1_a_module_that_is_not_there_names_the_nearest(refused, own, type, told):
    own("shapes")
    refused.patch(effect(type), status=3, told=f"rig.ini:9:8: error: {told}")


def test_m1_listing_shows_what_is_refused_and_why(graphophone, own):
    own("abi-major")
    result = graphophone("modules")
    assert result.returncode == 0
    assert "abi-major" in result.stdout and "needs module ABI 2.0, this program has 1.0" in result.stdout
    assert not own.mark.exists()


# ---------------------------------------------------------------- M9

STEPS = effect("steps", "[y]\ntype = steps\nfrom = x\n[end]\ntype = meter\nfrom = y\n")
# Two nodes of two copies each. The graph is built for a rate that is assumed first and then, in render, for the host's.
N_STEPS = {"check": 12, "render": 20}


@pytest.fixture
def steps(tmp_path, monkeypatch, own):
    """What was asked of the instances, in order: [("create", 1), ...]."""
    own("steps")
    path = tmp_path / "steps"
    monkeypatch.setenv("GPH_TEST_STEPS", str(path))

    def read():
        lines = path.read_text().splitlines() if path.exists() else []
        return [(step, int(number)) for step, number in map(str.split, lines)]

    return read


def unwound(steps):
    """Asserts that each instance got its end, once, and nothing after it; and that nothing began after a failure."""
    state = {}
    failed = False
    for step, number in steps:
        was = state.get(number)
        if step == "failed":
            failed = True
            if was == "created":
                # The step that came before is the one that failed.
                state[number] = "gone" if steps[steps.index((step, number)) - 1][0] == "create" else was
            elif was == "active":
                state[number] = "configured"
            continue
        before, after = {"create": (None, "created"), "configure": ("created", "configured"),
                         "activate": ("configured", "active"), "deactivate": ("active", "configured"),
                         "destroy": (("created", "configured"), "gone")}[step]
        assert was == before or isinstance(before, tuple) and was in before, (step, number, was, steps)
        assert not failed or step in ("deactivate", "destroy"), steps
        state[number] = after
    assert set(state.values()) == {"gone"}, steps


@pytest.mark.parametrize("command", N_STEPS)
def test_m9_without_a_failure_all_is_asked_and_ended(graphophone, home, steps, command):
    (home / "rig.ini").write_text(STEPS)
    assert graphophone(command, "rig.ini").returncode == 0
    asked = steps()
    unwound(asked)
    assert sum(step in ("create", "configure", "activate") for step, _ in asked) == N_STEPS[command]


@pytest.mark.parametrize("command, n", [(command, n) for command in N_STEPS for n in range(1, N_STEPS[command] + 1)])
def test_m9_the_nth_step_fails(refused, home, steps, monkeypatch, command, n):
    """Told with node and line, unwound, nothing recorded. Leaks are convicted by the sanitizer's build."""
    monkeypatch.setenv("GPH_TEST_FAIL", str(n))
    (home / "rig.ini").write_text(STEPS)
    said = refused(command, "rig.ini", status=3, told="error: ").stderr
    asked = steps()
    unwound(asked)
    at = asked.index(next(entry for entry in asked if entry[0] == "failed"))
    step, number = asked[at - 1]
    node, line = ("x", 8) if number in (1, 2, 5, 6) else ("y", 16)
    why = {"create": "cannot be made: its create gives nothing", "configure": "cannot be set up: it does not say why",
           "activate": "cannot be made ready: it does not say why"}[step]
    assert f"rig.ini:{line}:2: error: '{node}': steps {why}\n" in said
    assert said.count("error: ") == 1


@pytest.mark.parametrize("line, status, told", [
    ("at = configure", 2, "10:6: error: this was asked for"),
    ("at = silently", 3, "8:2: error: 'x': failing cannot be set up: it does not offer this"),
    ("at = file", 5, "10:6: error: this was asked for"),
    ("outputs = 50", 3, "8:2: error: 'x': failing gives 50 channels at 'out', of 1 to 8"),
])
def test_m9_what_a_module_says_is_told_at_its_setting(refused, own, line, status, told):
    """A setting that makes no sense to it is the patch's fault, a file the disk's, anything else its own."""
    own("shapes")
    text = effect("shapes/failing").replace("from = beep\n[keep]", f"{line}\nfrom = beep\n[keep]")
    refused.patch(text, status=status, told=f"rig.ini:{told}")


# ---------------------------------------------------------------- N3

@pytest.mark.parametrize("type", ["../own/abi-newer", "/tmp/abi-newer", "./abi-newer", "a/b/c", "abi-newer.so", "abi-newer/",
                                  "/", "..", "~/abi-newer", "${env:HOME}/abi-newer", "%Y", "abi newer"])
def test_n3_a_patch_names_no_path(refused, home, own, type):
    own("abi-newer")
    shutil.copy(own.folder / "abi-newer.so", home / "abi-newer.so")
    refused.patch(effect(type), status=2, told=["rig.ini:9:", " is not the name of a type; possible: a name, or MODULE/TYPE"])
    assert not own.mark.exists()


@pytest.mark.parametrize("name", ["../own/abi-newer", "a.so", "/tmp/abi-newer"])
def test_n3_nor_does_a_pin(refused, own, name):
    own("abi-newer")
    refused.patch(effect("abi-newer/plate", f"[modules]\n{name} = sha256:{'0' * 64}\n"), status=2, told="rig.ini:17:1: error: ")
    assert not own.mark.exists()


@pytest.mark.parametrize("mode", [0o757, 0o775, 0o777])
def test_n3_a_module_that_others_may_write_is_refused(refused, own, mode):
    path = own("abi-newer")
    path.chmod(mode)
    if mode == 0o775:
        os.chown(path, -1, 12345) if os.geteuid() == 0 else pytest.skip("only root can give a file to a group")
    refused.patch(effect("abi-newer/plate"), status=3,
                  told=f"rig.ini:9:8: error: 'abi-newer/plate' may be written by others ({own.folder})\n")
    assert not own.mark.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_n3_a_module_of_another_user_is_refused(refused, own):
    os.chown(own("abi-newer"), 12345, 12345)
    refused.patch(effect("abi-newer/plate"), status=3,
                  told=f"rig.ini:9:8: error: 'abi-newer/plate' belongs to another user ({own.folder})\n")
    assert not own.mark.exists()


def test_n3_a_folder_that_others_may_write_is_not_searched(refused, own):
    own("abi-newer")
    own.folder.chmod(0o777)
    refused.patch(effect("abi-newer/plate"), status=3, told="rig.ini:9:8: error: no type 'abi-newer/plate'")
    assert not own.mark.exists()


@pytest.mark.parametrize("path", ["", ".", "own", ":", "own:./own", "../own"])
def test_n3_the_current_folder_is_never_searched(refused, home, own, monkeypatch, path):
    (home / "own").mkdir()
    for folder in (home, home / "own"):
        shutil.copy(MODULES / "abi-newer.so", folder / "abi-newer.so")
    monkeypatch.setenv("GRAPHOPHONE_MODULE_PATH", path + ":" + str(BUILD / "modules"))
    refused.patch(effect("abi-newer/plate"), status=3, told="rig.ini:9:8: error: no type 'abi-newer/plate'")
    assert not own.mark.exists()


def test_n3_the_first_hit_counts_also_when_it_is_refused(refused, own):
    own("gain", "two-exports")
    refused.patch(effect("gain"), status=3, told=f"rig.ini:9:8: error: 'gain' exports 'second_export'; "
                                                 f"a module exports gph_module_1 alone ({own.folder})\n")


def test_n3_a_module_that_is_not_the_pinned_one_is_refused(refused, graphophone, home, own):
    digest = hashlib.sha256(own("abi-newer").read_bytes()).hexdigest()
    pinned = effect("abi-newer/plate", f"[modules]\nabi-newer = sha256:{'0' * 64}\n")
    refused.patch(pinned, status=3, told="rig.ini:9:8: error: 'abi-newer/plate' is not the file that [modules] pins: "
                                         f"it has sha256:{digest} ({own.folder})\n")
    assert not own.mark.exists()
    (home / "rig.ini").write_text(pinned.replace("0" * 64, digest))
    assert graphophone("check", "rig.ini").returncode == 0
    assert own.mark.exists()


@pytest.mark.parametrize("pin, told", [
    ("abi-newer = sha256:00", "sha256:00"),
    ("abi-newer = md5:00", "md5:00"),
    ("abi-newer = sha256:" + "g" * 64, "sha256:" + "g" * 64),
])
def test_n3_a_pin_that_is_none_is_refused(refused, own, pin, told):
    own("abi-newer")
    refused.patch(effect("abi-newer/plate", f"[modules]\n{pin}\n"), status=2, told=f"rig.ini:17:13: error: '{told}' is not sha256: and 64 hexadecimal digits")
    assert not own.mark.exists()


def test_n3_a_pin_of_what_is_not_used_is_no_way_round(refused, own):
    """A pin counts for the module, whichever of its types is used."""
    own("shapes")
    refused.patch(effect("shapes/failing", f"[modules]\nshapes = sha256:{'0' * 64}\n"), status=3,
                  told="rig.ini:9:8: error: 'shapes/failing' is not the file that [modules] pins: it has sha256:")


def test_n3_a_host_is_held_to_the_same(refused, graphophone, home, tmp_path):
    """Hosts are found and loaded as modules are."""
    folder = tmp_path / "hosts"
    folder.mkdir(mode=0o755)
    shutil.copy(BUILD / "hosts/clock.so", folder / "clock.so")
    (folder / "clock.so").chmod(0o757)
    (home / "rig.ini").write_text(changed(("host = offline", "host = clock")))
    refused("run", "rig.ini", "--host-dir", folder, status=4,
            told="rig.ini:3:8: error: host clock cannot be used: it may be written by others")
    before = tree(home)
    assert "may be written by others" in graphophone("hosts", "--host-dir", folder).stdout
    assert tree(home) == before

"""`graphophone validate`: each of its tests convicts planted defects, in words that tell the author what to do; no stock
module, and nothing that `graphophone new` makes, is convicted of anything."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.staged import ALL_PASSED, staged  # noqa: F401 (a fixture)

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
# A bridge is nothing without a plugin, and keeps the library that holds it: there from the start it is no loss.
BRIDGES = {"ladspa": ("plugin=amp/amp_mono", "/usr/lib/ladspa/amp.so"),
           "lv2": ("plugin=Overdrive", "/usr/lib/lv2/mda.lv2/Ambience.so")}
STOCK = sorted(path.stem for path in (BUILD / "modules").glob("*.so") if path.stem not in BRIDGES)
ALL_PASSED = re.compile(ALL_PASSED)
TESTS = ["file", "descriptor", "lifecycle", "memory", "blocks", "widths", "signals", "realtime", "kernel", "surroundings",
         "parameters", "services", "claims"]
# Defect: the test that must convict it, and what it must say.
DEFECTS = {
    "forgets-libm": ("file", "calls powf() and does not link libm; add -lm"),
    "latest-only": ("lifecycle", "beside a second instance it is another: output 'out', channel 1"),
    "once-only": ("lifecycle", "deactivated and activated again it is another: output 'out', channel 1"),
    "block-grows": ("blocks", "in random blocks: output 'out', channel 1"),
    "many-channels": ("widths", "output 'out', channel 1001, frame 1 of 70 is not written (1023 channels wide)"),
    "on-silence": ("signals", "silence: output 'out', channel 1, frame 0 is"),
    "on-impulse": ("signals", "an impulse: output 'out', channel 1, frame 10 is"),
    "on-steady": ("signals", "a steady 1: output 'out', channel 1, frame 1 is"),
    "keeps-inf": ("signals", "10 s after Inf went in: output 'out', channel 1, frame 480000 is"),
    "keeps-great": ("signals", "10 s after 3e38 went in: output 'out', channel 1, frame 480000 is"),
    "writes": ("realtime", r"process\(\) calls write\(\), \d+ times"),
    "same-thread": ("surroundings", "played by another thread than activated it, it is another"),
    "at-most": ("parameters", "every parameter at its greatest: output 'out', channel 1, frame 0 is"),
    "while-moving": ("parameters", r"parameters jumping between their ends: output 'out', channel 1, frame \d+ is"),
    "in-between": ("parameters", r"parameters moving: output 'out', channel 1, frame \d+ is"),
    "event-first": ("parameters", "writes 1 frame before the start of output 'out', channel 1"),
    "event-last": ("parameters", "writes 1 frame past the end of output 'out', channel 1"),
    "queue-full": ("services", "full queues: output 'out', channel 1, frame 0 is"),
    "disk-full": ("services", r"a disk that fails: output 'out', channel 1, frame \d+ is"),
    "disk-slow": ("services", r"a disk that is slow: output 'out', channel 1, frame \d+ is"),
    "disk-close": ("services", r"a disk that fails at the end of a take: output 'out', channel 1, frame \d+ is"),
    "late-answer": ("claims", "says its latency is 50 frames, and an impulse comes out after 100"),
    "exits": ("file", "calls exit(), which is for the whole process"),
    "no-license": ("descriptor", "the module names no license"),
    "no-doc": ("descriptor", "parameter 'amount' has no doc"),
    "no-version": ("descriptor", "the module has no version"),
    "no-destroy": ("descriptor", "it has create() and no destroy()"),
    "other-name": ("descriptor", "the module calls itself 'another'; its file is defect-other-name"),
    "leaks": ("lifecycle", r"loses memory: \d+ pieces in 989 rounds"),
    "leaves-thread": ("lifecycle", r"leaves \d+ threads running after destroy"),
    "leaves-file": ("lifecycle", r"leaves \d+ files open after destroy"),
    "unchecked": ("lifecycle", r"crashes in create\(\): follows a NULL pointer"),
    "ignores-failure": ("lifecycle", "goes on as if allocation 3 had not failed"),
    "leaks-on-failure": ("lifecycle", r"loses memory when allocation 3 fails \(in activate\(\)\)"),
    "past-end": ("memory", r"writes 1 frame past the end of output 'out', channel 1 \(in process\(\), in a block of 1 frame\)"),
    "far-past-end": ("memory", "writes 10 frames past the end of output 'out', channel 1"),
    "before-start": ("memory", "writes 1 frame before the start of output 'out', channel 1"),
    "reads-past-input": ("memory", "reads 1 frame past the end of input 'in', channel 1"),
    "writes-input": ("memory", "writes to input 'in', channel 1, frame 1, which it may not"),
    "not-written": ("memory", "output 'out', channel 1, frame 21 of 64 is not written"),
    "past-channels": ("memory", "reads 1 channel past the end of output 'out'"),
    "past-ramp": ("memory", "reads 1 frame past the end of parameter 'amount'"),
    "past-meters": ("memory", "writes 1 item past the end of meter 'calls'"),
    "per-block": ("blocks", r"in blocks of 1: output 'out', channel 1, frame \d+ is \S+, was \S+"),
    "at-block-end": ("blocks", "in blocks of 1: output 'out'"),
    "not-in-place": ("blocks", "with outputs in their inputs' memory: output 'out', channel 1, frame 1 is"),
    "forgets-not": ("blocks", "after a reset: output 'out', channel 1, frame 0 is"),
    "stereo-only": ("widths", r"output 'out', channel 3, frame 1 of 500 is not written \(3 channels wide\)"),
    "mixes": ("widths", "is INDEPENDENT, yet what goes into channel 1 is heard in channel 2 of 2"),
    "keeps-nan": ("signals", "10 s after NaN went in: output 'out', channel 1, frame 480000 is"),
    "slow-denormals": ("signals", r"takes \d+\.\d times as long where numbers are denormal"),
    "jumps": ("parameters", "jumps to the end of a ramp of parameter 'amount' at once"),
    "divides": ("parameters", "every parameter at its least: output 'out', channel 1, frame 0 is"),
    "allocates": ("realtime", r"process\(\) calls malloc\(\), \d+ times, first from .*defect-allocates\.so"),
    "locks": ("realtime", r"process\(\) calls pthread_mutex_lock\(\), \d+ times"),
    "sleeps": ("realtime", r"process\(\) calls nanosleep\(\), \d+ times"),
    "deep-stack": ("realtime", r"process\(\) makes \d+ page faults"),
    "raw-kernel": ("kernel", r"process\(\) enters the kernel \(getpid\), \d+ times, first from .*defect-raw-kernel\.so"),
    "raw-sleep": ("realtime", r"process\(\) waits, \d+ times"),
    "locale": ("surroundings", "changes the locale"),
    "folder": ("surroundings", "changes the current folder"),
    "umask": ("surroundings", "changes the umask"),
    "handler": ("surroundings", "changes what a signal does"),
    "float-mode": ("surroundings", "changes the floating-point control word"),
    "shared": ("surroundings", "beside others on other threads it is another"),
    "keeps-pointer": ("services", r"reads the table, channel 1, frame 1, which it may not: a pointer into a table is good for one block \(in process"),
    "goes-on-without": ("services", "configure() goes on though its stream or table could not be opened"),
    "wrong-latency": ("claims", "says its latency is 64 frames, and answers an impulse after 0"),
    "short-tail": ("claims", r"says its tail is 100 frames, and still sounds \d+ frames after its end"),
    "by-chance": ("claims", r"a second run with the same input: output 'out', channel 1, frame \d+ is"),
    "crashes": ("parameters", r"crashes in process\(\), in a block of \d+ frames?: Aborted"),
    "hangs": ("claims", r"does not come back for 10 s in process\(\), in a block of \d+ frames"),
    "wrong-trigger": ("signals", "gives trigger 7, which is none that it gives"),
    "wrong-fault": ("signals", "reports fault 9; it has 0"),
    "no-status": ("signals", "process() gives 77, which is no status"),
}
# Rungs that a sanitized build, or an old machine, does not have.
NEEDS_GUARD = {"realtime", "kernel", "lifecycle"}


def module(name):
    return BUILD / f"tests/modules/defect-{name}.so"


@pytest.fixture
def validate(graphophone):
    """Runs it with --json; its exit status, and {test: result} of the one type."""

    def run(file, *options):
        result = graphophone("validate", file, "--json", *options, timeout=900)
        told = json.loads(result.stdout)
        return result.returncode, {test["test"]: test for type in told.get("types", []) for test in type["tests"]}

    return run


@pytest.mark.parametrize("defect", DEFECTS)
def test_convicts(validate, defect):
    test, words = DEFECTS[defect]
    if test in NEEDS_GUARD and not (BUILD / "core/court/guard.so").exists():
        pytest.skip("a sanitizer stands where the guard would")
    status, tests = validate(module(defect), "--only", test)
    if tests[test]["result"] == "skipped":
        pytest.skip(tests[test]["reason"])
    assert (status, tests[test]["result"]) == (1, "failed")
    assert any(re.search(words if "\\" in words or "|" in words else re.escape(words), found)
               for found in tests[test]["found"]), tests[test]["found"]


def test_every_defect_is_tried_and_every_test_convicts():
    assert {path.stem.removeprefix("defect-") for path in (BUILD / "tests/modules").glob("defect-*.so")} == {
        "nothing", *DEFECTS}
    assert {test for test, _ in DEFECTS.values()} == set(TESTS)


def test_the_same_effect_without_a_defect_passes(validate):
    status, tests = validate(module("nothing"))
    assert {name: test["found"] for name, test in tests.items() if test["found"]} == {}
    assert status == 0 and list(tests) == TESTS


@pytest.mark.parametrize("stock", STOCK)
def test_no_stock_module_is_convicted(validate, stock):
    for seed in ("1", "2"):
        status, tests = validate(BUILD / f"modules/{stock}.so", "--seed", seed)
        assert {name: test["found"] for name, test in tests.items() if test["found"]} == {}
        assert status == 0 and list(tests) == TESTS


@pytest.mark.parametrize("bridge", BRIDGES)
def test_no_bridge_is_convicted(validate, bridge, monkeypatch):
    if not (BUILD / f"modules/{bridge}.so").exists():
        pytest.skip(f"{bridge} is not built here")
    if os.environ.get("GPH_SANITIZE"):
        pytest.skip("the sanitizer wants to be loaded before any other library")
    setting, library = BRIDGES[bridge]
    monkeypatch.setenv("LD_PRELOAD", library)
    status, tests = validate(BUILD / f"modules/{bridge}.so", "--set", setting)
    assert {name: test["found"] for name, test in tests.items() if test["found"]} == {}
    assert status == 0 and list(tests) == TESTS


@pytest.mark.parametrize("stock, settings", [
    ("biquad", ["kind=peak"]), ("delay", ["max=100ms"]), ("compressor", ["lookahead=5ms"]), ("gate", ["lookahead=5ms"]),
    ("eq", ["kinds=lowshelf, peak, highshelf"]), ("tone", ["shape=square", "channels=3"]), ("noise", ["color=pink"]),
    ("table-recorder", ["mode=overdub"]), ("table-recorder", ["mode=loop"]), ("table-player", ["mode=loop"]),
    ("file-player", ["loop=on"]), ("file-recorder", ["start=auto"]), ("mixer", ["outputs=1"]), ("limiter", ["link=off"]),
], ids=str)
def test_no_stock_module_is_convicted_with_settings(validate, stock, settings):
    options = [word for setting in settings for word in ("--set", setting)]
    status, tests = validate(BUILD / f"modules/{stock}.so", *options)
    assert {name: test["found"] for name, test in tests.items() if test["found"]} == {}
    assert status == 0


def test_what_a_person_reads(graphophone):
    run = graphophone("validate", module("past-end"), "--only", "memory")
    assert run.returncode == 1
    assert re.fullmatch(r"defect           memory       failed\n"
                        r"    writes 1 frame past the end of output 'out', channel 1 "
                        r"\(in process\(\), in a block of 1 frame\)\n0 passed, 1 failed\n", run.stdout)
    run = graphophone("validate", BUILD / "modules/gain.so", "--only", "memory")
    assert (run.returncode, run.stdout) == (0, "gain             memory       passed\n1 passed, 0 failed\n")


@pytest.mark.parametrize("name, words", [
    ("abi-minor", "needs module ABI 1.4, this program has 1.0"),
    ("no-symbol", "exports 'gph_module_2'; a module exports gph_module_1 alone"),
    ("two-exports", "exports 'second_export'; a module exports gph_module_1 alone"),
])
def test_refused_is_3(graphophone, name, words, home, monkeypatch):
    monkeypatch.setenv("GPH_TEST_MARK", str(home / "mark"))
    run = graphophone("validate", BUILD / f"tests/modules/{name}.so")
    assert run.returncode == 3
    assert words in run.stderr
    assert not (home / "mark").exists()


@pytest.mark.parametrize("content", [None, b"", b"#!/bin/sh\n"], ids=["missing", "empty", "script"])
def test_no_library_is_3(graphophone, home, content):
    if content is not None:
        (home / "x.so").write_bytes(content)
        (home / "x.so").chmod(0o644)
    run = graphophone("validate", "x.so")
    assert run.returncode == 3 and "graphophone: x.so " in run.stderr


@pytest.mark.parametrize("name, words", [("double", "has two keys 'mix'"), ("default", "whose default is outside of its range"), ("range", "whose range is empty"),
                                         ("stride", "has parameters that are 16 bytes apart"),
                                         ("name", "without a name of letters")])
def test_a_descriptor_without_sense_fails(graphophone, name, words):
    run = graphophone("validate", BUILD / f"tests/modules/hostile-{name}.so")
    assert run.returncode == 1
    assert "descriptor   failed" in run.stdout and words in run.stdout


@pytest.mark.parametrize("flags, words", [
    ("-Wl,-z,execstack", "wants an executable stack"),
    ("-fno-PIC -mcmodel=large -Wl,-z,notext", "has text relocations; compile it with -fPIC"),
    ("-l:libgraphophone.so.0", "links libgraphophone.so.0; a module links nothing of ours"),
])
def test_how_it_was_linked(graphophone, source, home, flags, words):
    subprocess.run(f"cc -shared -fPIC -fvisibility=hidden -I{source}/core/include -o my-effect.so "
                   f"{source}/config/templates/effect/my-effect.c -L{BUILD}/core -Wl,-rpath,{BUILD}/core -Wl,--no-as-needed {flags} -lm",
                   shell=True, check=True, stderr=subprocess.DEVNULL)
    run = graphophone("validate", "my-effect.so", "--only", "file")
    assert run.returncode == 1 and words in run.stdout


def test_what_no_library_has_is_refused(graphophone, source, home):
    subprocess.run(f"cc -shared -fPIC -fvisibility=hidden -I{source}/core/include -Dfree=nobody_has_this -o my-effect.so "
                   f"{source}/config/templates/effect/my-effect.c -lm", shell=True, check=True, stderr=subprocess.DEVNULL)
    run = graphophone("validate", "my-effect.so")
    assert run.returncode == 3 and "nobody_has_this" in run.stderr


@pytest.mark.parametrize("words, told", [
    (["--only", "memry"], "there is no test 'memry'; did you mean 'memory'?"),
    (["--type", "gian"], "there is no type 'gian'; did you mean 'gain'?"),
    (["--seed", "x"], "a seed is a whole number, not 'x'"),
])
def test_wrong_words(graphophone, words, told):
    run = graphophone("validate", BUILD / "modules/gain.so", *words)
    assert run.returncode == 2 and told in run.stderr


def test_a_setting_that_cannot_be(graphophone):
    run = graphophone("validate", BUILD / "modules/biquad.so", "--only", "memory", "--set", "kind=peek")
    assert run.returncode == 1 and "setting 'kind' cannot be 'peek'" in run.stdout


def test_installed_it_works_as_well(staged, home):  # noqa: F811
    run = staged.run(["graphophone", "validate", staged.library / "graphophone/modules/gain.so"], home)
    assert run.returncode == 0 and ALL_PASSED.fullmatch(run.stdout.splitlines()[-1]), run.stdout + run.stderr


def test_the_readmes_own_module_passes(staged, source, home):  # noqa: F811
    readme = (source / "README.md").read_text(encoding="utf-8")
    (home / "quiet.c").write_text(re.search(r"```c\n(.*?)```", readme, re.DOTALL).group(1), encoding="utf-8")
    staged.must("cc -O3 -shared -fPIC -fvisibility=hidden $(pkg-config --cflags graphophone) -o quiet.so quiet.c", home)
    run = staged.run("graphophone validate quiet.so", home)
    assert run.returncode == 0 and ALL_PASSED.fullmatch(run.stdout.splitlines()[-1]), run.stdout


def test_without_the_guard_it_says_so(graphophone, home):
    """A part that is missing is told, not passed over."""
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed")
    court = BUILD / "core/court/court"
    run = subprocess.run([court, BUILD / "modules/gain.so", "gain", "realtime", "1"], text=True, capture_output=True)
    assert run.stdout.startswith("skip\tthe guard is not installed")

"""`graphophone validate` for modules of Windows: each of its tests that can be held there convicts what was planted for it,
in the words that it has elsewhere; no stock module, and nothing that `graphophone new` makes, is convicted of anything."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from conftest import BUILD, SOURCE
from integration.validate import DEFECTS, TESTS

CC = "x86_64-w64-mingw32-gcc"
STOCK = sorted(path.stem for path in (BUILD / "modules").glob("*.dll"))
# What nobody looks for there: entries to the kernel, and pages that were not there; libm is part of every C library.
NOT_THERE = {"raw-kernel", "raw-sleep", "deep-stack", "forgets-libm"}
# What another test convicts there: libraries that are linked in take exit() too, and never call it.
ELSEWHERE = {"exits": "blocks"}
# What has other names there.
WORDS = {
    "locks": r"process\(\) calls AcquireSRWLockExclusive\(\), \d+ times, first from defect-locks\.dll\+0x",
    "writes": r"process\(\) calls _?write\(\), \d+ times, first from defect-writes\.dll\+0x",
    "sleeps": r"process\(\) calls Sleep\(\), \d+ times, first from defect-sleeps\.dll\+0x",
}
# How a module may be linked that is one of Windows alone, and what is said of it.
LINKED = {
    "at-one-address": ("", ["--remove-section", ".reloc"], "can be loaded at one address only"),
    "written-code": ("", ["--set-section-flags", ".text=alloc,load,code,data"],
                     "has a section '.text' that is both written to and executed"),
    "links-ours": ("libgraphophone-0.dll -Wl,--undefined=gph_version", [],
                   "links libgraphophone-0.dll; a module links nothing of ours"),
    "could-change-folder": ("-Wl,--undefined=__imp__chdir", [], "calls _chdir(), which is for the whole process"),
}
REFUSED = {
    "abi-minor": "needs module ABI 1.4, this program has 1.0",
    "no-symbol": "exports 'gph_module_2'; a module exports gph_module_1 alone",
    "two-exports": "exports 'second_export'; a module exports gph_module_1 alone",
}
WRONG = {"hostile-double": "has two keys 'mix'", "hostile-range": "whose range is empty"}
PLANTED = [name for name in DEFECTS if name not in NOT_THERE]


def compiled(code, library, linked="", changed=()):
    """Builds a module as the manual says."""
    subprocess.run([CC, "-O3", "-shared", "-static-libgcc", f"-I{SOURCE}/core/include", "-o", library, code, *linked.split()],
                   check=True, cwd=library.parent)
    if changed:
        subprocess.run([CC.replace("gcc", "objcopy"), *changed, library], check=True)


@pytest.fixture(scope="session")
def workshop():
    """A folder on the drive of the build, as others may write above the tests' own."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=BUILD / "tests/windows"))
    yield folder
    shutil.rmtree(folder)


def type_in(workshop, lines):
    """Has Windows do all this in one start of Wine, with addresses as `program` has them. What that leaves running has
    none of our pipes."""
    script = workshop / "lines.bat"
    script.write_text("\r\n".join(["@echo off", "w:", *lines, ""]))
    subprocess.run(["setarch", "--addr-no-randomize", "wine", "cmd", "/c",
                    f"W:\\{script.relative_to(BUILD)}".replace("/", "\\")], check=False, timeout=850,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=BUILD)


@pytest.fixture(scope="session")
def tried(workshop):
    """All files, tried in one session of Wine: {what: (exit status, output, errors)}."""
    here = workshop.relative_to(BUILD)
    jobs = {}
    for name in PLANTED:
        jobs[f"defect-{name}"] = f"validate tests/modules/defect-{name}.dll --json --only {ELSEWHERE.get(name, DEFECTS[name][0])}"
    jobs["nothing"] = "validate tests/modules/defect-nothing.dll --json"
    for name in STOCK:
        jobs[name] = f"validate modules/{name}.dll --json"
    for name in [*REFUSED, *WRONG]:
        jobs[name] = f"validate tests/modules/{name}.dll"
    for name, (linked, changed, _) in LINKED.items():
        (workshop / name).mkdir()
        # The loader wants it beside the module; what is in it nobody asks.
        subprocess.run([CC, "-shared", "-x", "c", "-o", workshop / name / "libgraphophone-0.dll", "-"], check=True,
                       text=True, input="void gph_version(void) {}\n")
        compiled(SOURCE / "config/templates/effect/my-effect.c", workshop / name / "my-effect.dll", linked, changed)
        jobs[name] = f"validate {here}/{name}/my-effect.dll --json --only file"
    compiled(SOURCE / "config/templates/effect/my-effect.c", workshop / "links-ours/alone.dll", LINKED["links-ours"][0])
    shutil.copy(workshop / "links-ours/alone.dll", workshop / "alone.dll")
    jobs["without what it links"] = f"validate {here}/alone.dll"
    jobs["a person reads"] = "validate tests/modules/defect-past-end.dll --only memory"
    jobs["a person reads of real time"] = "validate modules/gain.dll --only realtime"
    jobs["wrong word"] = "validate modules/gain.dll --only memry"
    return run_all(workshop, jobs)


def run_all(workshop, jobs):
    lines = []
    numbers = {name: n for n, name in enumerate(jobs)}
    for name, words in jobs.items():
        place = f"W:/{workshop.relative_to(BUILD)}/{numbers[name]}".replace("/", "\\")
        lines += [f"W:\\core\\cli\\graphophone.exe {words} >{place}.out 2>{place}.err", f">{place}.status echo %errorlevel%"]
    type_in(workshop, lines)
    read = lambda name, ending: (workshop / f"{numbers[name]}.{ending}").read_text(encoding="utf-8")  # noqa: E731
    return {name: (int(read(name, "status")), read(name, "out"), read(name, "err")) for name in jobs}


def told_in(result):
    """Exit status, and {test: result} of the one type."""
    status, out, errors = result
    assert out, errors
    return status, {test["test"]: test for kind in json.loads(out).get("types", []) for test in kind["tests"]}


def passes(result):
    status, tests = told_in(result)
    assert {name: test["found"] for name, test in tests.items() if test["found"]} == {}
    assert status == 0 and list(tests) == TESTS
    assert [name for name, test in tests.items() if test["result"] == "skipped"] == ["kernel"]
    assert "page faults" in tests["realtime"]["not_tested"]


@pytest.mark.parametrize("defect", PLANTED)
def test_convicts(tried, defect):
    test, words = ELSEWHERE.get(defect, DEFECTS[defect][0]), DEFECTS[defect][1]
    words = WORDS.get(defect, words if "\\" in words or "|" in words else re.escape(words)).replace(r"\.so", r"\.dll")
    status, tests = told_in(tried[f"defect-{defect}"])
    assert (status, tests[test]["result"]) == (1, "failed")
    assert any(re.search(words, found) for found in tests[test]["found"]), tests[test]["found"]


def test_every_test_convicts_but_what_is_not_there():
    assert {DEFECTS[name][0] for name in PLANTED} == set(TESTS) - {"kernel"}


def test_the_same_effect_without_a_defect_passes(tried):
    passes(tried["nothing"])


@pytest.mark.parametrize("stock", STOCK)
def test_no_stock_module_is_convicted(tried, stock):
    passes(tried[stock])


@pytest.mark.parametrize("name", LINKED)
def test_how_it_was_linked(tried, name):
    status, tests = told_in(tried[name])
    assert (status, tests["file"]["result"]) == (1, "failed")
    assert any(LINKED[name][2] in found for found in tests["file"]["found"]), tests["file"]["found"]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_is_3(tried, name):
    status, _, errors = tried[name]
    assert status == 3 and REFUSED[name] in errors


def test_what_no_library_has_is_refused(tried):
    status, _, errors = tried["without what it links"]
    assert status == 3 and "alone.dll cannot be loaded: " in errors


@pytest.mark.parametrize("name", WRONG)
def test_a_descriptor_without_sense_fails(tried, name):
    status, out, _ = tried[name]
    assert status == 1 and "descriptor   failed" in out and WRONG[name] in out


def test_what_a_person_reads(tried):
    assert tried["a person reads"][:2] == (
        1, "defect           memory       failed\n    writes 1 frame past the end of output 'out', channel 1 "
           "(in process(), in a block of 1 frame)\n0 passed, 1 failed\n")
    assert tried["a person reads of real time"][:2] == (
        0, "gain             realtime     passed; not tested here: page faults, and waits that no import shows\n"
           "1 passed, 0 failed\n")
    assert tried["wrong word"][0] == 2 and "did you mean 'memory'?" in tried["wrong word"][2]


def test_what_new_makes_passes(workshop):
    """Each kind, made under Wine and built by mingw as the manual says."""
    names = {kind: f"{kind}-eins" for kind in ("effect", "source", "sink")}
    type_in(workshop, [f"cd {workshop.relative_to(BUILD)}".replace("/", "\\"), *(
        f"W:\\core\\cli\\graphophone.exe new {kind} {name}" for kind, name in names.items())])
    for name in names.values():
        compiled(workshop / name / f"{name}.c", workshop / name / f"{name}.dll")
    here = workshop.relative_to(BUILD)
    for result in run_all(workshop, {name: f"validate {here}/{name}/{name}.dll --json" for name in names.values()}).values():
        passes(result)

"""`graphophone validate` with modules that are built with a sanitizer: what it sees of the module is a failure of the test
that was held, in the author's terms and with the place; what is in order is acquitted; without the runtime one sentence
says so."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["GPH_BUILD"])
# Those that do the most across threads and services, and the simplest.
STOCK = ["gain", "delay", "noise", "file-recorder", "table-player"]
THREAD, ADDRESS = "ThreadSanitizer", "AddressSanitizer"
COUNTED = r"instances share 'calls': process\(\) of instance [1-4] (?:reads|writes) it at {counted}, " \
          r"while process\(\) of instance [1-4] (?:reads|writes) it at {counted} \(ThreadSanitizer: data race\)"
FILLED = r"instances share 'gains': (?:create\(\) of instance 5 writes it at {filled}, while process\(\) of instance [1-4] " \
         r"reads it at {read}|process\(\) of instance [1-4] reads it at {read}, while create\(\) of instance 5 writes it at " \
         r"{filled}) \(ThreadSanitizer: data race\)"

pytestmark = pytest.mark.skipif(not (BUILD / "core/court/guard.so").exists(),
                                reason="a sanitizer stands where another one would")


@pytest.fixture
def made(source, home):
    """Builds a module here: made("COUNTS", "thread"), with further words for compiling and for linking."""
    shutil.copy(source / "tests/modules/sanitized.c", home / "sanitized.c")

    def make(defect, sanitizer, compiler="cc", link=None, file="sanitized.c"):
        name = pathlib.Path(file).stem
        common = [compiler, "-g", "-O1", "-fPIC", "-fvisibility=hidden", f"-fsanitize={sanitizer}"]
        subprocess.run([*common, f"-I{source}/core/include", f"-DDEFECT={defect}", "-w", "-c", file, "-o", f"{name}.o"], check=True)
        linked = common if link is None else [compiler]
        subprocess.run([*linked, "-shared", "-o", f"{name}.so", f"{name}.o", *(link or []), "-lm"], check=True)
        return f"{name}.so"

    return make


@pytest.fixture
def place(source):
    """The line of the module's source that a word marks."""
    lines = (source / "tests/modules/sanitized.c").read_text(encoding="utf-8").splitlines()

    def find(word):
        return f"sanitized.c:{next(n for n, line in enumerate(lines, 1) if f'; /* {word} */' in line)}"

    return find


@pytest.fixture
def validate(graphophone):
    """Runs it with --json; its exit status, and {test: result} of the one type."""

    def run(file, *options):
        result = graphophone("validate", file, "--json", *options, timeout=600)
        assert result.stderr == ""
        told = json.loads(result.stdout)
        return result.returncode, {test["test"]: test for type in told["types"] for test in type["tests"]}

    return run


@pytest.mark.parametrize("defect, words", [("COUNTS", COUNTED), ("FILLS", FILLED)])
def test_a_race_between_instances(made, validate, place, defect, words, monkeypatch):
    # Whatever else the user asks of the sanitizer.
    monkeypatch.setenv("TSAN_OPTIONS", "halt_on_error=1:exitcode=99:report_bugs=1")
    status, tests = validate(made(defect, "thread"), "--only", "surroundings")
    words = words.format(**{word: re.escape(place(word)) for word in ("counted", "filled", "read")})
    assert (status, tests["surroundings"]["result"]) == (1, "failed")
    assert [found for found in tests["surroundings"]["found"] if not re.fullmatch(words, found)] == []


def test_what_a_person_reads(made, graphophone, place):
    run = graphophone("validate", made("COUNTS", "thread"), "--only", "surroundings")
    assert (run.returncode, run.stderr) == (1, "")
    assert re.fullmatch(r"sanitized        surroundings failed\n    " + COUNTED.format(counted=re.escape(place("counted"))) +
                        r"\n0 passed, 1 failed\n", run.stdout), run.stdout


@pytest.mark.parametrize("defect", ["NOTHING", "COUNTS_RIGHT", "FILLS_ONCE"])
def test_what_is_in_order_is_no_race(made, validate, defect):
    status, tests = validate(made(defect, "thread"), "--only", "surroundings")
    assert (status, tests["surroundings"]["found"], tests["surroundings"]["result"]) == (0, [], "passed")


@pytest.mark.parametrize("sanitizer, name", [("thread", THREAD), ("address", ADDRESS)])
def test_nothing_else_is_convicted(made, validate, sanitizer, name):
    status, tests = validate(made("NOTHING", sanitizer))
    assert {test: result["found"] for test, result in tests.items() if result["found"]} == {}
    assert status == 0
    for test, result in tests.items():
        stands_there = test in ("realtime", "kernel")
        assert (result["result"], result["reason"]) == (
            ("skipped", f"{name}, which the module is built with, stands where the guard would") if stands_there
            else ("passed", None))
        assert (result["not_tested"] is not None) == (test == "lifecycle")


@pytest.mark.parametrize("stock", STOCK)
def test_no_stock_module_has_a_race(made, validate, source, home, stock):
    shutil.copy(source / f"modules/{stock}.c", home)
    status, tests = validate(made("NOTHING", "thread", file=f"{stock}.c"), "--only", "surroundings")
    assert (status, tests["surroundings"]["found"], tests["surroundings"]["result"]) == (0, [], "passed")


@pytest.mark.parametrize("defect, test, words", [
    ("OVERRUNS", "memory", "process() writes memory that it may not, at {overrun} (AddressSanitizer: heap-buffer-overflow)"),
    ("FREES_TWICE", "lifecycle", "deactivate() does what it may not, at {freed} (AddressSanitizer: attempting double-free)"),
])
def test_an_error_of_memory(made, validate, place, defect, test, words):
    status, tests = validate(made(defect, "address"), "--only", test)
    assert status == 1
    assert tests[test]["found"] == [words.format(**{word: place(word) for word in ("overrun", "freed")})]


@pytest.mark.parametrize("sanitizer", ["thread", "address"])
def test_walls_stand_as_without(made, validate, sanitizer):
    status, tests = validate(made("PAST_END", sanitizer), "--only", "memory")
    assert status == 1
    assert tests["memory"]["found"] == [
        "writes 1 frame past the end of output 'out', channel 1 (in process(), in a block of 1 frame)"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_an_object_that_names_no_runtime(made, validate, compiler):
    """So clang leaves it."""
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    for defect, status in (("COUNTS", 1), ("NOTHING", 0)):
        assert validate(made(defect, "thread", compiler, link=[]), "--only", "surroundings")[0] == status


@pytest.mark.parametrize("library, code, words", [
    ("libtsan.so.99", None, "is not there: install it, or name its folder in LD_LIBRARY_PATH"),
    ("libtsan.so.98", "#include <unistd.h>\nstatic void __attribute__((constructor)) end(void) { _exit(66); }\n",
     "does not start here"),
], ids=["missing", "ending"])
def test_a_runtime_that_cannot_be_had(made, graphophone, home, monkeypatch, library, code, words):
    """Not installed; or one that ends the process, as it does where memory is not laid out as it wants."""
    (home / "runtime").mkdir()
    (home / "runtime.c").write_text(code or "", encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", f"runtime/{library}", "runtime.c"], check=True)
    file = made("NOTHING", "thread", link=["-Wl,--no-as-needed", home / "runtime" / library])
    if code:
        monkeypatch.setenv("LD_LIBRARY_PATH", str(home / "runtime"))
    told = f"is built with ThreadSanitizer, and its runtime {library} {words}"
    run = graphophone("validate", file)
    assert (run.returncode, run.stdout, run.stderr) == (3, "", f"graphophone: {file} {told}\n")
    run = graphophone("validate", file, "--json")
    assert run.returncode == 3 and json.loads(run.stdout)["refused"] == told

"""What `graphophone new` makes works as it is, against an installation alone: built by its README's own lines and by
meson, played by its own patch; and a loop that was changed sounds otherwise."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.staged import staged  # noqa: F401 (a fixture)

WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Werror"
KINDS = ["effect", "source", "sink", "host"]
# What is changed in the loop of each.
CHANGES = {
    "effect": ("out[f] = last;", "out[f] = in[f] - last;"),
    "source": ("sin(self->phase)", "sin(2 * self->phase)"),
    "sink": ("self->level >= threshold[f]", "self->level >= 3.0f * threshold[f]"),
    "host": ("? 0.5f :", "? 0.25f :"),
}
NAMES = {"effect": "ac-30", "source": "glocke", "sink": "wachhund", "host": "ticker"}


def lines(folder):
    """The lines that the README says to type."""
    return re.findall(r"^    (\S.*)$", (folder / "README.md").read_text(encoding="utf-8"), re.M)


@pytest.fixture
def made(staged, home):  # noqa: F811
    """Makes one of a kind; returns its folder."""

    def make(kind):
        run = staged.run(["graphophone", "new", kind, NAMES[kind]], home)
        assert (run.returncode, run.stderr) == (0, "")
        return home / NAMES[kind]

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_name_is_replaced(made, source, kind):
    folder, template = made(kind), source / "config/templates" / kind
    placeholder = "myhost" if kind == "host" else f"my-{kind}"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        path.name.replace(placeholder, NAMES[kind]) for path in template.iterdir())
    for path in template.iterdir():
        changed = path.read_text(encoding="utf-8").replace(placeholder, NAMES[kind])
        assert (folder / path.name.replace(placeholder, NAMES[kind])).read_text(encoding="utf-8") == changed
        assert placeholder not in changed


@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_the_readme(made, staged, kind):  # noqa: F811
    folder, name = made(kind), NAMES[kind]
    for line in lines(folder):
        staged.must(line, folder)
    assert (folder / f"{name}.wav").stat().st_size > 10000
    old, new = CHANGES[kind]
    code = (folder / f"{name}.c").read_text(encoding="utf-8")
    assert code.count(old) == 1
    (folder / f"{name}.c").write_text(code.replace(old, new), encoding="utf-8")
    for line in lines(folder):
        staged.must(line, folder)
    before, after = (folder / f"{name}.wav").read_bytes(), (folder / f"{name}-2.wav").read_bytes()
    assert len(after) > 10000 and before != after


@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_it_sounds_the_same(made, staged, kind):  # noqa: F811
    """Else the test above would prove nothing."""
    folder, name = made(kind), NAMES[kind]
    for line in 2 * lines(folder):
        staged.must(line, folder)
    data = [(folder / file).read_bytes() for file in (f"{name}.wav", f"{name}-2.wav")]
    # The header says when it was, and how the file is called.
    assert data[0][data[0].index(b"data"):] == data[1][data[1].index(b"data"):]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c11", "c17"])
def test_compiles_without_a_warning(made, staged, kind, compiler, standard):  # noqa: F811
    folder = made(kind)
    line = lines(folder)[0].replace("cc ", f"{compiler} -std={standard} {WARNINGS} ", 1)
    staged.must(line, folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_compiles_as_cpp(made, staged, kind, compiler):  # noqa: F811
    folder, name = made(kind), NAMES[kind]
    warnings = WARNINGS.replace("-Wextra", "-Wextra -Wno-missing-field-initializers")
    line = lines(folder)[0].replace("cc ", f"{compiler} -std=c++20 -x c++ {warnings} ", 1)
    staged.must(line, folder)
    exports = subprocess.run(["nm", "-D", "--defined-only", folder / f"{name}.so"], text=True, capture_output=True)
    assert [line.split()[-1] for line in exports.stdout.splitlines()] == ["gph_host_1" if kind == "host"
                                                                          else "gph_module_1"]


@pytest.mark.parametrize("kind", KINDS)
def test_meson_builds_and_installs_it(made, staged, kind):  # noqa: F811
    folder, name = made(kind), NAMES[kind]
    staged.must(f"meson setup build --prefix {staged.prefix} -Dwerror=true", folder)
    staged.must("meson compile -C build", folder)
    staged.must("meson install -C build", folder)
    installed = staged.library / "graphophone" / ("hosts" if kind == "host" else "modules") / f"{name}.so"
    assert installed.is_file()
    staged.must(f"graphophone run {name}.ini", folder)
    assert (folder / f"{name}.wav").stat().st_size > 10000
    installed.unlink()


@pytest.mark.parametrize("words, told", [
    (["efect", "x"], "there is no new 'efect'; did you mean 'effect'?"),
    (["thing", "x"], "there is no new 'thing'; it is effect, source, sink or host"),
    (["effect", "gain"], "there is a type 'gain' already; please take another name"),
    (["sink", "table"], "there is a type 'table' already"),
    (["host", "clock"], "there is a host 'clock' already"),
    (["effect", "Loud"], "'Loud' is no name for a module"),
    (["effect", "../up"], "'../up' is no name for a module"),
    (["effect", ""], "'' is no name for a module"),
    (["effect", "9lives"], "'9lives' is no name for a module"),
    (["effect", "x" * 41], "is no name for a module"),
    (["host", "a-b"], "'a-b' is no name for a host"),
])
def test_refusals_make_nothing(graphophone, home, words, told):
    run = graphophone("new", *words)
    assert run.returncode == 2
    assert told in run.stderr
    assert [path.name for path in home.iterdir()] == ["tmp"]


def test_what_is_there_is_kept(graphophone, home):
    (home / "mine").mkdir()
    (home / "mine/mine.c").write_text("precious")
    run = graphophone("new", "effect", "mine")
    assert run.returncode == 2
    assert "./mine is there already; nothing was changed" in run.stderr
    assert [path.name for path in (home / "mine").iterdir()] == ["mine.c"]
    (home / "file").write_text("precious")
    assert graphophone("new", "sink", "file").returncode == 2
    assert (home / "file").read_text() == "precious"


def test_into_a_folder(graphophone, home):
    (home / "deep").mkdir()
    assert graphophone("new", "effect", "mine", "--folder", "deep").returncode == 0
    assert (home / "deep/mine/mine.c").is_file()
    run = graphophone("new", "effect", "mine", "--folder", "nowhere")
    assert run.returncode == 5
    assert "nowhere: No such file or directory" in run.stderr


def test_a_full_disk_leaves_nothing(graphophone, home, monkeypatch):
    """The second write fails: what was made before it is taken back. The finder of leaks cannot trace who is traced."""
    monkeypatch.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    run = subprocess.run(["strace", "-f", "-qq", "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=2",
                          "-o", "/dev/null", graphophone.path, "new", "effect", "mine"], text=True,
                         capture_output=True, stdin=subprocess.DEVNULL)
    assert run.returncode == 5
    assert "./mine: No space left on device" in run.stderr
    assert not pathlib.Path("mine").exists()


def test_the_page_of_hosts(staged, home, source, build):  # noqa: F811
    """Its lines work, what it quotes is what they make, and that keeps every promise that the suite asks for."""
    page = (source / "config/writing-a-host.md").read_text(encoding="utf-8")
    first, last = re.findall(r"(?:^    \S.*\n)+", re.sub(r"```.*?```", "", page, flags=re.S), re.M)
    making, entering, *others = [line.strip() for line in first.splitlines()]
    staged.must(making, home)
    folder = home / entering.removeprefix("cd ")
    for line in others:
        staged.must(line, folder)
    assert (folder / "ticker.wav").is_file()
    quotes = re.findall(r"```c\n(.*?)```", page, re.S)
    made = (folder / "ticker.c").read_text(encoding="utf-8")
    assert len(quotes) > 3 and all(quote in made for quote in quotes)
    trial = last.strip().replace("FOLDER", str(folder)).replace("build/tests", f"{build}/tests")
    run = subprocess.run(["sh", "-c", trial], text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
    assert run.returncode == 0 and "not ok" not in run.stdout, run.stdout + run.stderr
    missing = subprocess.run(["sh", "-c", trial.replace("=ticker", "=nobody")], text=True, capture_output=True,
                             stdin=subprocess.DEVNULL, timeout=300)
    assert "no host nobody" in missing.stdout

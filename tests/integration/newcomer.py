"""A newcomer who writes modules: a root of Debian's own packages with a compiler, our packages in a folder, and nothing
typed but what README.md says, from installing to the sound of a changed loop. Timed as it is typed and read, not as it
is compiled."""
import os
import re
import shutil

import numpy as np
import pytest

from conftest import SOURCE
from support.debian_root import depends, inside, installed_needs, must, new_root
from support.debian_root import packages  # noqa: F401 (a fixture)
from support.sound_files import read_floats

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-shlibdeps") or os.geteuid() != 0,
                                reason="needs dpkg-dev, and root to enter a root of its own")

# What a Debian has that has just been installed, as far as a shell and apt need it.
BARE = ["apt", "base-files", "base-passwd", "bash", "coreutils", "dash", "debianutils", "diffutils", "dpkg", "findutils",
        "grep", "gzip", "hostname", "libc-bin", "mawk", "ncurses-base", "perl-base", "sed", "tar", "util-linux"]
NOT_LOOKED_AT = re.compile(r"/usr/share/(doc|man|locale|info|lintian|bug)/|/lto1$|/lib\w+\.a$(?<!gcc\.a)(?<!nonshared\.a)")
# Words of five characters a minute, and words read a minute.
TYPED, READ, MINUTES = 40, 200, 10


class Page:
    """The part of README.md for a first module: its lines to type in their order, and the one change of the code."""

    def __init__(self, readme):
        self.text = re.search(r"^## Your first module\n(.*?)^##", readme, re.S | re.M).group(1)
        self.commands = re.findall(r"^    (\S.*)$", self.text, re.M)
        self.old, self.new = re.search(r"change `([^`]+)` to `([^`]+)`", re.sub(r"\s+", " ", self.text)).groups()
        self.file = re.search(r"open `([^`]+)`", self.text).group(1)
        self.takes = re.findall(r"`(\S+\.wav)`", self.text)
        self.for_windows = re.search(r"`(x86_64-w64-mingw32-gcc [^`]+)`", self.text).group(1)
        # The change comes after the lines that stand before it.
        self.before = len(re.findall(r"^    \S", self.text[:self.text.index("change `")], re.M))

    def minutes(self):
        typed = sum(len(command) + 1 for command in self.commands) + len(self.file) + len(self.old) + len(self.new)
        return typed / (5 * TYPED) + len(self.text.split()) / READ


@pytest.fixture(scope="module")
def page():
    return Page((SOURCE / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):  # noqa: F811
    """With what our packages depend on and recommend, as a mirror would give it; ours lie in a folder."""
    folder = tmp_path_factory.mktemp("newcomer")
    ours = [packages[name] for name in ("graphophone", "libgraphophone-dev")]
    names = installed_needs(BARE + [name for path in ours for name in depends(path, ("Depends", "Recommends"))])
    assert {"apt", "gcc", "libsndfile1"} <= set(names) and not any("graphophone" in name for name in names)
    new_root(folder, names, lambda path: not NOT_LOOKED_AT.search(path))
    # What the scripts of these packages would have made.
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n_apt:x:100:65534::/nonexistent:/usr/sbin/nologin\n")
    (folder / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")
    (folder / "usr/bin/cc").unlink(missing_ok=True)
    (folder / "usr/bin/cc").symlink_to("gcc")
    (folder / "etc/ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n")
    for name in ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/log/apt"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in ours:
        shutil.copy(path, folder / "root")
    assert not shutil.which("graphophone", path=str(folder / "usr/bin"))
    yield folder
    shutil.rmtree(folder)


class Newcomer:
    """Types lines, each where the one before has left off."""

    def __init__(self, root):
        self.root, self.folder, self.typed = root, "/root", []

    def type(self, line):
        run = inside(self.root, "/bin/bash", "-c", 'cd "$1" && eval "$2" && pwd >/tmp/where', "-", self.folder, line)
        assert run.returncode == 0, f"$ {line}\n{run.stdout}{run.stderr}"
        self.folder = (self.root / "tmp/where").read_text().strip()
        self.typed.append(line)
        return run.stdout


def low_passed(sound, hertz, rate=48000):
    """What the template's loop makes of it."""
    step = np.float32(hertz) * np.float32(2 * np.pi / rate)
    part, last, out = step / (1 + step), np.zeros(sound.shape[1], "f4"), np.empty_like(sound)
    for frame, values in enumerate(sound):
        last = last + (values - last) * part
        out[frame] = last
    return out


def test_from_nothing_to_a_changed_sound(page, root, capsys):
    newcomer = Newcomer(root)
    for command in page.commands[:page.before]:
        newcomer.type(command)
    here = root / newcomer.folder[1:]
    code = (here / page.file).read_text(encoding="utf-8")
    assert code.count(page.old) == 1, f"'{page.old}' is not once in {page.file}"
    (here / page.file).write_text(code.replace(page.old, page.new), encoding="utf-8")
    for command in page.commands[page.before:]:
        newcomer.type(command)
    first, second = (read_floats(here / take) for take in page.takes)
    # What went in is both together; the first is its low part by the loop as it was.
    noise = first + second
    assert first.shape == (96000, 2) and np.abs(second).max() > 0.1
    assert np.abs(noise).max() <= 1 and abs(np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]) < 0.02
    assert np.abs(low_passed(noise[:20000], 500) - first[:20000]).max() < 1e-5
    minutes = page.minutes()
    with capsys.disabled():
        print(f"# {len(newcomer.typed)} commands, {sum(map(len, newcomer.typed))} characters; {minutes:.1f} minutes: "
              f"typed at {TYPED} words a minute of 5 characters, {len(page.text.split())} words read at {READ} a minute")
    assert len(newcomer.typed) == len(page.commands) and minutes < MINUTES


def test_the_same_for_windows(page, root):
    """Built outside, as a root with that compiler would be large."""
    if not shutil.which("x86_64-w64-mingw32-gcc"):
        pytest.skip("gcc-mingw-w64-x86-64 is not installed")
    here = next(root.rglob(page.file)).parent
    pc = next(root.rglob("graphophone.pc")).parent
    must("sh", "-c", page.for_windows, cwd=here, env={**os.environ, "PKG_CONFIG_LIBDIR": str(pc)})
    told = must("x86_64-w64-mingw32-objdump", "-p", next(here.glob("*.dll")))
    assert re.findall(r"^\t\[ *\d+\] (\S+)$", told.split("[Ordinal/Name Pointer] Table")[1], re.M) == ["gph_module_1"]
    assert set(re.findall(r"DLL Name: (\S+)", told)) <= {"KERNEL32.dll", "msvcrt.dll"}


@pytest.mark.parametrize("right, wrong, told", [
    ("graphophone validate bright.so", "graphophone valdate bright.so", "did you mean 'validate'"),
    ("change `out[f] = last;`", "change `out[f] = lost;`", "is not once in bright.c"),
    (" ./libgraphophone-dev_*.deb", "", "bright.c: .*graphophone/module.h|graphophone.pc|No package 'graphophone'"),
])
def test_a_page_that_goes_wrong_fails(root, right, wrong, told, capsys):
    """In the root as it is by now, but for what was made and what the page does not install."""
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    assert right in text
    inside(root, "/usr/bin/dpkg", "--purge", "libgraphophone-dev", "graphophone")
    shutil.rmtree(root / "root/bright", ignore_errors=True)
    with pytest.raises(AssertionError, match=told):
        test_from_nothing_to_a_changed_sound(Page(text.replace(right, wrong)), root, capsys)

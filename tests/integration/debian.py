"""Packages for Debian, as config/debian/build makes them, installed by dpkg into a root of their own that holds nothing
else but what they depend on: the program runs there, and what authors need is where they look for it."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, SOURCE

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-shlibdeps") or os.geteuid() != 0,
                                reason="needs dpkg-dev, and root to enter a root of its own")


def must(*command, **options):
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=500,
                         **options)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def packages():
    """Made once; what was built before is used again."""
    made = must(SOURCE / "config/debian/build", "--build", BUILD / "debian").split()
    return {pathlib.Path(path).name.split("_")[0]: pathlib.Path(path) for path in made}


def field(package, name):
    return must("dpkg-deb", "-f", package, name).strip()


def needed(names):
    """Packages of this machine that others need, and what those need."""
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        run = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Pre-Depends}, ${Depends}", name],
                             capture_output=True, text=True)
        # Of alternatives those that are here.
        found[name] = run.stdout.startswith("installed")
        if found[name]:
            waiting += [re.sub(r"[ (:].*", "", word.strip()) for entry in run.stdout.split("\t", 1)[1].split(",")
                        for word in entry.split("|") if word.strip()]
    return sorted(name for name, here in found.items() if here)


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):
    """A root with the files of what our packages depend on, and dpkg's word for them; then ours by dpkg itself."""
    folder = tmp_path_factory.mktemp("root")
    for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "var/lib/dpkg/info", "var/lib/dpkg/updates", "tmp",
                 "etc", "dev/shm", "proc"):
        (folder / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / name).symlink_to(f"usr/{name}")
    (folder / "dev/null").touch()
    wanted = [re.sub(r"[ (:].*", "", word.strip()) for path in packages.values()
              for entry in field(path, "Depends").split(",") for word in entry.split("|")]
    names = needed(word for word in wanted if word and word not in packages)
    assert "libsndfile1" in names and not any("graphophone" in name for name in names)
    status = "".join(must("dpkg", "-s", name) + "\n" for name in names)
    (folder / "var/lib/dpkg/status").write_text(status)
    files = [path for name in names for path in must("dpkg", "-L", name).splitlines()
             if re.search(r"\.so(\.[\d.]+)?$", path) and os.path.exists(path)]
    for path in files:
        place = folder / os.path.realpath(os.path.dirname(path))[1:] / os.path.basename(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    must("dpkg", "--root", folder, "--force-not-root", "--log", folder / "dpkg.log", "--install", *packages.values(),
         env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"})
    return folder


def inside(root, *words):
    """A command with nothing but that root in sight."""
    line = 'mount --rbind /proc "$0/proc" && exec /usr/sbin/chroot "$0" "$@"'
    return subprocess.run(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", line, str(root), *words], capture_output=True,
                          text=True, timeout=300, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"})


def test_there_is_one_for_each(packages):
    hosts = {f"graphophone-host-{path.stem}" for path in (BUILD / "hosts").glob("*.so")} - {
        "graphophone-host-clock", "graphophone-host-offline"}
    bridges = {f"graphophone-bridge-{name}" for name in ("ladspa", "lv2") if (BUILD / f"modules/{name}.so").exists()}
    assert set(packages) == {"graphophone", "libgraphophone-dev"} | hosts | bridges
    version = re.search(r"version: '([\d.]+)'", (SOURCE / "meson.build").read_text()).group(1)
    assert {field(path, "Version") for path in packages.values()} == {f"{version}-1"}
    # What links a library of its own is apart, and says so.
    assert "jack" not in field(packages["graphophone"], "Depends")
    if "graphophone-host-jack" in packages:
        assert "jack" in field(packages["graphophone-host-jack"], "Depends")
    if "graphophone-bridge-lv2" in packages:
        assert "liblilv-0-0" in field(packages["graphophone-bridge-lv2"], "Depends")


def test_dpkg_is_content(root):
    """Of the others, whose files were copied, it has no lists."""
    assert "graphophone" not in must("dpkg", "--root", root, "--audit")
    status = must("dpkg-query", "--admindir", root / "var/lib/dpkg", "-W", "-f", "${Package} ${db:Status-Status}\n")
    assert {"graphophone installed", "libgraphophone-dev installed"} <= set(status.splitlines())


def test_the_quickstart_plays_there(root):
    patch = "/usr/share/graphophone/patches/quickstart.ini"
    run = inside(root, "/usr/bin/graphophone", "run", patch, "--host", "offline", "--length", "1s")
    assert run.returncode == 0, run.stdout + run.stderr
    takes = sorted(root.glob("*.wav"))
    assert len(takes) == 2 and all(take.stat().st_size > 2 * 48000 for take in takes), run.stdout + run.stderr


def test_what_it_lists(root, packages):
    modules = inside(root, "/usr/bin/graphophone", "modules").stdout
    hosts = inside(root, "/usr/bin/graphophone", "hosts").stdout
    assert all(name in modules for name in ("gain", "freeverb", "file-recorder")) and "refused" not in modules
    assert all(name.rsplit("-", 1)[1] in modules for name in packages if "-bridge-" in name)
    assert all(name in hosts for name in ("clock", "offline")) and "refused" not in hosts


def test_for_authors(root, home):
    pc = {**os.environ, "PKG_CONFIG_LIBDIR": str(next(root.rglob("graphophone.pc")).parent)}
    flags = must("pkg-config", "--cflags", "graphophone", env=pc).split()
    assert any(str(root) in flag for flag in flags), flags
    headers = ("module", "host", "graphophone", "dsp")
    (home / "m.c").write_text("".join(f"#include <graphophone/{name}.h>\n" for name in headers) + "extern int m;\n")
    must("cc", "-std=c11", *flags, "-c", "m.c", cwd=home)
    assert "recover" in must("mandoc", "-T", "utf8", next(root.rglob("graphophone.1.gz")))


def test_they_go_without_a_trace(root, packages):
    must("dpkg", "--root", root, "--force-not-root", "--log", root / "dpkg.log", "--purge", *sorted(packages),
         env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"})
    assert not [path for path in (root / "usr").rglob("*graphophone*")]

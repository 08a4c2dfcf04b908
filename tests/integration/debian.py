"""Packages for Debian, as config/debian/build makes them, installed by dpkg into a root of their own that holds nothing
else but what they depend on: the program runs there, and what authors need is where they look for it."""
import os
import re
import shutil

import pytest

from conftest import BUILD, SOURCE
from support.debian_root import WITH_SBIN, depends, field, inside, installed_needs, must, new_root
from support.debian_root import packages  # noqa: F401 (a fixture)

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-shlibdeps") or os.geteuid() != 0,
                                reason="needs dpkg-dev, and root to enter a root of its own")


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):  # noqa: F811
    """A root with the libraries of what our packages depend on; then ours by dpkg itself."""
    folder = tmp_path_factory.mktemp("root")
    names = installed_needs(name for path in packages.values() for name in depends(path) if name not in packages)
    assert "libsndfile1" in names and not any("graphophone" in name for name in names)
    new_root(folder, names, lambda path: re.search(r"\.so(\.[\d.]+)?$", path))
    must("dpkg", "--root", folder, "--force-not-root", "--log", folder / "dpkg.log", "--install", *packages.values(),
         env=WITH_SBIN)
    return folder


def test_there_is_one_for_each(packages):  # noqa: F811
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


def test_what_it_lists(root, packages):  # noqa: F811
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


def test_they_go_without_a_trace(root, packages):  # noqa: F811
    must("dpkg", "--root", root, "--force-not-root", "--log", root / "dpkg.log", "--purge", *sorted(packages),
         env=WITH_SBIN)
    assert not [path for path in (root / "usr").rglob("*graphophone*")]

"""Roots that hold what Debian packages put there and nothing else, and our own packages, made by config/debian/build."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE, BUILD = pathlib.Path(os.environ["GPH_SOURCE"]), pathlib.Path(os.environ["GPH_BUILD"])
WITH_SBIN = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def must(*command, **options):
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=500,
                         **options)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def packages():
    """Made once; what was built before is used again. Two suites at once do not build it twice."""
    with open(BUILD / "debian.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = must(SOURCE / "config/debian/build", "--build", BUILD / "debian").split()
    return {pathlib.Path(path).name.split("_")[0]: pathlib.Path(path) for path in made}


def field(package, name):
    return must("dpkg-deb", "-f", package, name).strip()


def depends(package, fields=("Depends",)):
    """The names of packages that it names there, of alternatives all."""
    return [re.sub(r"[ (:].*", "", word.strip()) for name in fields for entry in field(package, name).split(",")
            for word in entry.split("|") if word.strip()]


def installed_needs(names):
    """Packages of this machine that others need, and what those need."""
    known = {}
    for line in must("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\t${Pre-Depends}, ${Depends}\n").splitlines():
        name, status, needs = line.split("\t")
        if status == "installed":
            known[name] = {re.sub(r"[ (:].*", "", word.strip()) for entry in needs.split(",") for word in entry.split("|")}
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        # Of alternatives those that are here.
        if name in known and name not in found:
            found.add(name)
            waiting += known[name]
    return sorted(found)


def paths_of(names):
    return [path for path in must("dpkg", "-L", *names).splitlines() if path.startswith("/") and path != "/."]


def new_root(folder, names, wanted=lambda path: True):
    """A root with those files of packages of this machine that are wanted, and dpkg's word for them."""
    for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "var/lib/dpkg/info", "var/lib/dpkg/updates", "tmp", "etc",
                 "dev/shm", "proc", "root"):
        (folder / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / name).symlink_to(f"usr/{name}")
    (folder / "dev/null").touch()
    (folder / "var/lib/dpkg/status").write_text(must("dpkg", "-s", *names))
    for path in paths_of(names):
        place = folder / os.path.realpath(os.path.dirname(path))[1:] / os.path.basename(path)
        if not wanted(path) or not os.path.lexists(path) or os.path.lexists(place):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place, follow_symlinks=False)


def inside(root, *words):
    """A command with nothing but that root in sight."""
    line = 'mount --rbind /proc "$0/proc" && exec /usr/sbin/chroot "$0" "$@"'
    return subprocess.run(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", line, str(root), *words], capture_output=True,
                          text=True, timeout=300, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"})

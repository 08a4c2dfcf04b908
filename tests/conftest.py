"""What every pytest file may use: a home of its own, and the program as a person would type it."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest

SOURCE = pathlib.Path(os.environ.get("GPH_SOURCE", pathlib.Path(__file__).parent.parent))
BUILD = pathlib.Path(os.environ.get("GPH_BUILD", SOURCE / "build"))


@pytest.fixture(scope="session", autouse=True)
def wine():
    """Wine begins its services with the first program and ends them with the last: one that waits keeps them, so that each
    of the others starts in a tenth of the time."""
    if "GPH_WINDOWS_PROGRAM" not in os.environ:
        yield
        return
    command = [os.environ["GPH_PROGRAM"], "cmd.exe"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, **quiet)
    subprocess.run([*command, "/c", "exit"], stdin=subprocess.DEVNULL, timeout=300, **quiet)
    os.environ["GPH_WINE_RUNS"] = "yes"
    yield
    keeper.stdin.close()
    keeper.wait(timeout=300)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """HOME, TMPDIR and the current folder are new and empty for each test; returned as a path."""
    folder = tmp_path / "home"
    (folder / "tmp").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "tmp"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def source():
    """The folder with the project's sources."""
    return SOURCE


@pytest.fixture
def build():
    """The folder that the project is built in."""
    return BUILD


@pytest.fixture
def graphophone():
    """Runs the built program to its end: graphophone("check", "x.ini").returncode, .stdout, .stderr.

    Never raises for an exit status. Input is empty unless given; the limit is generous, since no test
    measures time.
    """
    program = os.environ.get("GPH_PROGRAM", str(BUILD / "core/cli/graphophone"))

    def run(*arguments, timeout=300, **options):
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([program, *map(str, arguments)], text=True, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **options)

    run.path = program
    return run


@pytest.fixture
def free_port():
    """A port of 127.0.0.1 that nobody listens at, so that two runs of an example do not meet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def unprivileged(graphophone, home):
    """Runs the program as a user without rights but those that are named (sys_nice: real-time threads, ipc_lock: locked
    memory), in a folder of that user's: (folder, run)."""
    if os.geteuid() != 0:
        yield home, graphophone
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="graphophone-test-"))
    os.chown(folder, 65534, 65534)

    def run(*arguments, rights=(), **options):
        given = "".join(f",+{right}" for right in rights)
        words = ["prlimit", "--rtprio=0", f"--memlock={8 << 20}", "setpriv", "--reuid=65534", "--regid=65534",
                 "--clear-groups", f"--inh-caps=-all{given}", f"--ambient-caps=-all{given}",
                 f"--bounding-set=-all{given}", graphophone.path]
        result = subprocess.run([*words, *map(str, arguments)], text=True, capture_output=True, timeout=300,
                                stdin=subprocess.DEVNULL, cwd=folder, **options)
        if "Permission denied" in result.stderr:
            pytest.skip("another user may not run what was built here")
        return result

    yield folder, run
    shutil.rmtree(folder)

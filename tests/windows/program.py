"""The program as a Windows program: what it finds, what it refuses, in which words."""
import pathlib
import shutil
import tempfile

import pytest

from conftest import SOURCE

QUICKSTART = SOURCE / "config/patches/quickstart.ini"


def test_names_itself(graphophone):
    result = graphophone("--version")
    assert result.returncode == 0 and result.stdout.startswith("graphophone "), result


def test_lists_every_stock_module_and_refuses_none(graphophone):
    result = graphophone("modules")
    assert result.returncode == 0, result.stderr
    names = {path.stem for path in (SOURCE / "modules").glob("*.c")} | {"table-recorder"}
    assert names <= {line.split()[0] for line in result.stdout.splitlines() if line and line[0] != " "}
    assert "refused" not in result.stdout


def test_lists_the_hosts_that_run_here(graphophone):
    result = graphophone("hosts")
    assert result.returncode == 0, result.stderr
    assert {"clock", "offline", "wasapi", "wdmks"} <= {line.split()[0] for line in result.stdout.splitlines() if line}


def test_describes_a_module(graphophone):
    result = graphophone("describe", "freeverb")
    assert result.returncode == 0 and "size" in result.stdout


def test_tells_the_place_of_a_fault(graphophone, home):
    (home / "bad.ini").write_text("[patch]\ndialect = 1\nhost = offline\n[a]\ntype = gian\nfrom = b\n")
    result = graphophone("check", "bad.ini")
    assert result.returncode == 3
    assert "bad.ini:5:8: error:" in result.stderr and "gain" in result.stderr, result.stderr


def test_takes_letters_of_any_language_in_names(graphophone, home):
    folder = home / "Öffentliche Übung – 録音"
    folder.mkdir()
    patch = folder / "Stück.ini"
    patch.write_bytes(QUICKSTART.read_bytes())
    result = graphophone("render", patch, "--length", "480fr", "--set", f"patch.folder={folder}")
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["001-dry.wav", "001-wet.wav", "Stück.ini"]


def test_takes_a_path_of_300_characters(graphophone, home):
    folder = home / ("a" * 100) / ("b" * 100) / ("c" * 100)
    folder.mkdir(parents=True)
    (folder / "rig.ini").write_bytes(QUICKSTART.read_bytes())
    result = graphophone("render", folder / "rig.ini", "--length", "480fr", "--set", f"patch.folder={folder}")
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["001-dry.wav", "001-wet.wav", "rig.ini"]


def test_never_writes_over_a_take(graphophone, home):
    (home / "001-dry.wav").write_bytes(b"precious")
    result = graphophone("render", QUICKSTART, "--length", "480fr", "--set", f"patch.folder={home}")
    assert result.returncode == 0, result.stderr
    assert (home / "001-dry.wav").read_bytes() == b"precious"
    assert (home / "002-dry.wav").exists()


@pytest.mark.parametrize("change, words", [
    pytest.param(lambda module: None, "modules/gain.dll is not used", id="as-it-should-be"),
    pytest.param(lambda module: module.chmod(0o666), "may be written by others", id="others-may-write-it"),
    pytest.param(lambda module: module.write_bytes(b"MZ" + bytes(100)), "is not a shared library", id="other-file"),
    pytest.param(lambda module: module.write_bytes(module.read_bytes()[:4096]), "damaged", id="cut"),
])
def test_refuses_a_module_that_is_not_as_it_should_be(graphophone, build, change, words):
    # On the drive of the build: others may write above the tests' own folders, and Windows knows no sticky bit.
    folder = pathlib.Path(tempfile.mkdtemp(dir=build / "tests/windows"))
    shutil.copy(build / "modules/gain.dll", folder / "gain.dll")
    change(folder / "gain.dll")
    result = graphophone("modules", "--module-dir", folder)
    shutil.rmtree(folder)
    assert words in result.stdout, result.stdout


def test_takes_letters_of_any_language_in_the_folder_of_a_module(graphophone, build, home):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="Möbel – 家具 ", dir=build / "tests/windows"))
    try:
        shutil.copy(build / "modules/gain.dll", folder / "mine.dll")
        (home / "rig.ini").write_text("[patch]\ndialect = 1\nhost = offline\nlength = 480fr\n[beep]\ntype = tone\n"
                                      "[a]\ntype = mine/gain\nfrom = beep\n[m]\ntype = meter\nfrom = a\n")
        result = graphophone("run", "rig.ini", "--module-dir", folder)
        assert result.returncode == 0, result.stderr
    finally:
        shutil.rmtree(folder)


def test_says_that_it_hears_no_osc(graphophone, home):
    patch = home / "osc.ini"
    patch.write_text(QUICKSTART.read_text() + "\n[control]\nosc = 127.0.0.1:9000\ndry.toggle = osc /record\n")
    result = graphophone("run", patch, "--length", "480fr", "--set", f"patch.folder={home}")
    assert "built without OSC" in result.stderr, result.stderr
    assert result.returncode != 0 and not list(home.glob("*.wav"))


RIG = ("[patch]\ndialect = 1\nhost = offline\nlength = 480fr\n[beep]\ntype = tone\n"
       "[keep]\ntype = file-recorder\nfrom = beep\nstart = auto\nfile = FILE\n")


def test_takes_a_path_with_a_drive(graphophone, home):
    (home / "rig.ini").write_text(RIG.replace("FILE", f"Z:{home}/take.wav"))
    result = graphophone("run", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "take.wav").stat().st_size > 480 * 4


def test_takes_a_path_of_a_share(graphophone, home):
    # Here all that Wine has of one: what it calls the machine's own files.
    (home / "rig.ini").write_text(RIG.replace("FILE", f"//?/unix{home}/take.wav"))
    result = graphophone("run", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "take.wav").stat().st_size > 480 * 4


@pytest.mark.parametrize("name, words", [
    ("CON.wav", "Windows keeps that name for a device"),
    ("{take}/nul", "Windows keeps that name for a device"),
    ("lpt1.{take}.wav", "Windows keeps that name for a device"),
    ("a:b.wav", "Windows has no names with"),
    ("what?.wav", "Windows has no names with"),
    ("{take}.wav.", "Windows would leave out what it ends with"),
])
def test_refuses_names_that_windows_would_not_keep(graphophone, home, name, words):
    (home / "rig.ini").write_text(RIG.replace("FILE", name))
    before = sorted(home.iterdir())
    result = graphophone("run", "rig.ini")
    assert result.returncode == 2, result.stderr
    assert "rig.ini:11:8: error: '" in result.stderr and words in result.stderr, result.stderr
    assert sorted(home.iterdir()) == before


def test_makes_names_of_nodes_and_labels_harmless(graphophone, home):
    (home / "rig.ini").write_text(RIG.replace("[keep]", "[con]").replace("FILE", "{node}.{label}.wav") +
                                  "files = per-channel\nlabels = aux:\n")
    result = graphophone("run", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / "_con.aux_.wav").exists(), list(home.iterdir())


def test_tells_of_a_share_that_is_not_there(graphophone, home):
    (home / "rig.ini").write_text(RIG.replace("FILE", "//nowhere/share/take.wav"))
    result = graphophone("run", "rig.ini")
    assert result.returncode == 5
    assert "rig.ini:11:8: error: cannot open the folder '//nowhere/share/'" in result.stderr, result.stderr


@pytest.mark.parametrize("ending, begin", [("flac", b"fLaC"), ("ogg", b"OggS")])
def test_writes_what_check_accepts(graphophone, home, ending, begin):
    (home / "rig.ini").write_text(RIG.replace("FILE", f"take.{ending}"))
    result = graphophone("run", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert (home / f"take.{ending}").read_bytes().startswith(begin)

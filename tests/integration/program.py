"""The program as a person types it: help, wrong words, listings, and what scripts read."""
import json
import re
import subprocess

import pytest

from support.sound_files import read_chunks

RIG = """[patch]
dialect = 1
host = offline
length = 1s
[beep]
type = tone
channels = 2
[quieter]
type = gain
from = beep
[keep]
type = file-recorder
from = quieter
file = keep.wav
start = auto
"""

COMMANDS = ["run", "check", "render", "graph", "modules", "hosts", "describe", "new", "validate", "help"]


@pytest.fixture
def rig(home):
    """Writes RIG with some lines replaced and returns its path."""

    def write(*changes, name="rig.ini"):
        text = RIG
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (home / name).write_text(text)
        return home / name

    return write


def test_version_is_the_projects(graphophone, source):
    version = re.search(r"version: '([^']+)'", (source / "meson.build").read_text()).group(1)
    assert graphophone("--version").stdout == f"graphophone {version}\n"


def test_help_lists_every_command_and_exit_status(graphophone):
    result = graphophone("help")
    assert result.returncode == 0
    for word in COMMANDS + ["130 for a second SIGINT"]:
        assert word in result.stdout
    assert graphophone("--help").stdout == result.stdout


def test_no_command_is_a_wrong_command_line(graphophone):
    assert graphophone().returncode == 2


def test_manual_page_agrees_with_help(graphophone, build):
    page = (build / "core/cli/graphophone.1").read_text()
    shown = subprocess.run(["mandoc", "-Tascii", "-Wwarning"], input=page, text=True, capture_output=True)
    assert shown.returncode == 0, shown.stderr + shown.stdout[-500:]
    plain = re.sub(".\b", "", shown.stdout)
    for command in COMMANDS:
        told = graphophone("help", command)
        assert told.returncode == 0
        assert graphophone(command, "--help").stdout == told.stdout
        options = re.findall(r"^  --([a-z-]+)", told.stdout, re.M)
        assert "help" in options
        section = page.split(f".Ss {command} ")[1].split(".Ss ")[0].split(".Sh ")[0]
        for option in options:
            if option != "help":
                assert f".It Fl -{option}" in section
                assert f"--{option}" in plain


@pytest.mark.parametrize("words, told", [
    (["runn", "x.ini"], "there is no command 'runn'; did you mean 'run'?"),
    (["frobnicate"], "there is no command 'frobnicate'; 'graphophone help' lists them"),
    (["check", "--sett", "a.b=1", "x.ini"], "check has no option '--sett'; did you mean '--set'?"),
    (["check", "--unlikely", "x.ini"], "check has no option '--unlikely'; 'graphophone help check' lists them"),
    (["check"], "check takes 'PATCH'; something is missing"),
    (["check", "a.ini", "b.ini"], "check takes 'PATCH'; there is too much"),
    (["render", "a.ini", "--rate"], "option '--rate' wants a value"),
    (["--json", "run"], "a command stands before its options"),
])
def test_wrong_words_are_told_and_exit_2(graphophone, words, told):
    result = graphophone(*words)
    assert result.returncode == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_modules_lists_stock_and_built_in_types(graphophone):
    result = graphophone("modules")
    assert result.returncode == 0
    for name in ["input", "output", "table", "feedback", "freeverb", "file-recorder", "table-player"]:
        assert re.search(rf"^{name} ", result.stdout, re.M)
    listed = json.loads(graphophone("modules", "--json").stdout)
    assert {"gain", "limiter"} <= {type["id"] for module in listed for type in module["types"]}
    assert all(module["refused"] is None for module in listed)


def test_a_foreign_library_is_shown_as_refused(graphophone, home):
    (home / "bad.so").write_bytes(b"not a library at all" * 10)
    result = graphophone("modules", "--module-dir", home)
    assert result.returncode == 0
    assert re.search(r"^bad +refused: ", result.stdout, re.M)


def test_hosts_lists_clock_and_offline(graphophone):
    hosts = {host["id"]: host for host in json.loads(graphophone("hosts", "--json").stdout)}
    assert hosts["clock"]["usable"] and hosts["offline"]["usable"]
    assert "clock" in graphophone("hosts").stdout


def test_hosts_tell_what_a_device_could_be_opened_with(graphophone, build):
    """The hosts of Windows are those of the tests, on fakes of its devices."""
    hosts = {host["id"]: host for host in json.loads(
        graphophone("hosts", "--json", "--host-dir", build / "tests/windows").stdout)}
    timer = hosts["clock"]["devices"][0]
    assert timer["in"] == timer["out"] and timer["in"]["rates"] == [] and timer["in"]["modes"] == []
    assert timer["in"]["channels_max"] >= 1024 and timer["in"]["block_min"] == 1
    card = hosts["wasapi"]["devices"][0]
    assert card["out"] is None and not card["in"]["busy"]
    assert [mode["name"] for mode in card["in"]["modes"]] == ["shared", "exclusive"]
    assert card["in"]["modes"][0]["rates"] == [48000] and card["in"]["modes"][0]["formats"] == ["f32"]
    assert set(card["in"]["modes"][1]["formats"]) == {"s16", "s24", "s24in32", "s32", "f32"}
    text = graphophone("hosts", "--host-dir", build / "tests/windows").stdout
    assert re.search(r"^    timer .*\n        in and out: any rate; up to \d+ channels; blocks of 1 to \d+ frames$", text, re.M)
    assert re.search(r"card-in\} .*\n"
                     r"        in, shared: 48 kHz; f32; up to 64 channels; blocks of 128 to 480 frames\n"
                     r"        in, exclusive: 8, .*, 192 kHz; s16, .*, f32; up to 64 channels; ", text), text
    assert re.search(r"^    fake#card#.*\n        in and out, wavert: 8, .*192 kHz; s16, .*f32; up to 64 channels$", text, re.M), text


def test_describe_in_three_languages(graphophone):
    assert "size" in graphophone("describe", "freeverb").stdout
    assert graphophone("describe", "freeverb", "--markdown").stdout.startswith("# freeverb\n")
    page = json.loads(graphophone("describe", "freeverb", "--json").stdout)
    assert [param["name"] for param in page["params"]] == ["size", "damp", "mix"]
    assert page["params"][0]["default"] == "50 %"


def test_describe_names_the_nearest_type(graphophone):
    result = graphophone("describe", "freverb")
    assert result.returncode == 3
    assert "there is no type 'freverb'; did you mean 'freeverb'?" in result.stderr


def test_check_reports_the_rig_and_writes_nothing(graphophone, rig, home):
    path = rig()
    before = sorted(home.rglob("*"))
    result = graphophone("check", path)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^keep +wav-f32 +2 +1\.4 GB", result.stdout, re.M)
    report = json.loads(graphophone("check", path, "--json").stdout)
    assert [node["name"] for node in report["nodes"]] == ["beep", "quieter", "keep"]
    assert report["recorders"][0]["bytes_per_second"] == 48000 * 2 * 4
    assert report["length"] == 48000
    assert sorted(home.rglob("*")) == before


def test_printed_patch_checks_to_the_same(graphophone, rig, home):
    printed = graphophone("check", rig(), "--print")
    assert printed.returncode == 0
    (home / "again.ini").write_text(printed.stdout)
    assert graphophone("check", "again.ini", "--print").stdout == printed.stdout


def test_problems_come_all_at_once_with_places(graphophone, rig, home):
    path = rig(("from = beep", "from = bep"), ("channels = 2", "channels = 2000"))
    result = graphophone("run", path.name)
    assert result.returncode == 2
    assert "rig.ini:7:12: error: " in result.stderr
    assert "rig.ini:10:8: error: no node 'bep'; did you mean 'beep' (line 5)?" in result.stderr
    assert not (home / "keep.wav").exists()


def test_set_is_reported_like_a_line(graphophone, rig):
    result = graphophone("check", rig(), "--set", "quieter.gain=-6")
    assert result.returncode == 2
    assert "--set quieter.gain=-6" in result.stderr and "error" in result.stderr


def test_a_missing_module_is_exit_3(graphophone, rig):
    result = graphophone("check", rig(("type = gain", "type = gian")))
    assert result.returncode == 3
    assert "did you mean 'gain'" in result.stderr


def test_an_unknown_host_names_the_nearest(graphophone, rig):
    result = graphophone("run", rig(("host = offline", "host = ofline")))
    assert result.returncode == 2
    assert "offline" in result.stderr


def test_graph_is_dot_that_graphviz_draws(graphophone, rig):
    dot = graphophone("graph", rig())
    assert dot.returncode == 0 and dot.stdout.startswith("digraph")
    svg = graphophone("graph", rig(), "--svg")
    assert svg.returncode == 0 and "<svg" in svg.stdout and "quieter" in svg.stdout


def test_render_lists_the_take_for_people_and_programs(graphophone, rig, home):
    result = graphophone("render", rig())
    assert result.returncode == 0, result.stderr
    assert "keep.wav" in result.stdout and "48,000 frames" in result.stdout and "-20.0 dB" in result.stdout
    told = json.loads(graphophone("render", rig(), "--json").stdout)
    take = told["takes"][0]
    assert take["path"].endswith("/keep-2.wav") and take["frames"] == 48000 and take["lost"] == 0
    assert told["exit_status"] == 0
    # Headers hold the time of day.
    first, second = (dict(read_chunks(home / name))["data"] for name in ("keep.wav", "keep-2.wav"))
    assert first == second and len(first) == 48000 * 2 * 4


def test_interrupted_rig_finishes_its_takes(graphophone, rig, home):
    """SIGINT once: a normal end, exit 0. The program tells when it records; nothing here waits for a time."""
    path = rig(("host = offline", "host = clock"), ("length = 1s\n", ""))
    process = subprocess.Popen([graphophone.path, "run", path], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, text=True)
    seen = ""
    while "keep: recording" not in seen:
        line = process.stderr.readline()
        assert line, "ended without recording: " + seen
        seen += line
    process.send_signal(2)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert (home / "keep.wav").exists() and "keep.wav" in out
    assert not list(home.glob("*.part"))


def test_interrupted_twice_is_130_or_finished(graphophone, rig, home):
    path = rig(("host = offline", "host = clock"), ("length = 1s\n", ""))
    process = subprocess.Popen([graphophone.path, "run", path], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, text=True)
    seen = ""
    while "keep: recording" not in seen:
        line = process.stderr.readline()
        assert line, "ended without recording: " + seen
        seen += line
    process.send_signal(2)
    process.send_signal(2)
    process.communicate(timeout=120)
    assert process.returncode in (0, -2)
    assert len([file for file in home.glob("keep.wav*") if file.suffix != ".journal"]) == 1

"""Listing plugins: hostile bundles and libraries cost their own line, never the listing or a rig that uses others."""
import json
import os
import pathlib
import shutil

import pytest

from support.plugins import refused

PLANTED = pathlib.Path(os.environ["PLANTED"])
ENDS = "it ends the program when it is loaded"
OVERFLOW = "it crashes when it is loaded: Segmentation fault"
# A sanitizer takes the signal, where there is stack for it, and ends the program with its own status.
CRASH = ENDS if os.environ.get("GPH_SANITIZE") else OVERFLOW
HANGS = "it did not come back within 10 s"

PREFIXES = """@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
PLUGIN = PREFIXES + """<urn:hostile:{name}> a lv2:Plugin ; lv2:binary <{binary}> ; doap:name "{name}" ;
    lv2:port [ a lv2:AudioPort, lv2:InputPort ; lv2:index 0 ; lv2:symbol "in" ; lv2:name "In" ] ,
             [ a lv2:AudioPort, lv2:OutputPort ; lv2:index 1 ; lv2:symbol "out" ; lv2:name "Out" ] .
"""
APART = PREFIXES + "<urn:hostile:{name}> a lv2:Plugin ; lv2:binary <x.so> ; rdfs:seeAlso <{name}.ttl> .\n"


def bundle(folder, name, manifest, **files):
    place = folder / f"{name}.lv2"
    place.mkdir()
    (place / "manifest.ttl").write_text(manifest.format(name=name, binary="x.so"), encoding="latin-1")
    for file, content in files.items():
        (place / file.replace("_", ".")).write_bytes(content)
    return place


@pytest.fixture
def hostile(home, monkeypatch):
    """A folder of each kind in which two plugins of many are good."""
    ladspa, lv2 = home / "ladspa", home / "lv2"
    ladspa.mkdir()
    lv2.mkdir()
    good = (PLANTED / "planted.so").read_bytes()
    binaries = {how: (PLANTED / f"hostile/{how}.so").read_bytes() for how in ("crashes", "ends")}
    for how, content in binaries.items():
        (ladspa / f"{how}.so").write_bytes(content)
        bundle(lv2, how, PLUGIN, x_so=content)
    (ladspa / "cut.so").write_bytes(good[:len(good) // 3])
    (ladspa / "text.so").write_text("no library, " * 100)
    (ladspa / "other.so").write_bytes((PLANTED / "planted.lv2/planted-lv2.so").read_bytes())
    os.mkfifo(ladspa / "pipe.so")
    (ladspa / "zz.so").write_bytes(good)

    deep = b"[ <urn:x:a> " * 300000
    bundle(lv2, "broken", PREFIXES + "<urn:hostile:broken> a lv2:Plugin ; ;; \"\n")
    bundle(lv2, "bottomless", APART, bottomless_ttl=b"<urn:hostile:bottomless> <urn:x:b> " + deep)
    bundle(lv2, "deep", "# {name}\n<urn:x:a> <urn:x:b> " + deep.decode())
    bundle(lv2, "endless", "# {name}\n" + " " * (5 << 20))
    bundle(lv2, "vague", APART, vague_ttl=b"<urn:hostile:vague> <urn:x:b> ")
    bundle(lv2, "missing", PLUGIN)
    bundle(lv2, "nobinary", PLUGIN.replace("lv2:binary <{binary}> ;", ""))
    bundle(lv2, "remote", PLUGIN.replace("<{binary}>", "<http://example.invalid/x.so>"))
    bundle(lv2, "text", PLUGIN, x_so=b"no library, " * 100)
    bundle(lv2, "cut", PLUGIN, x_so=good[:len(good) // 3])
    bundle(lv2, "strange", PLUGIN, x_so=good)
    bundle(lv2, "latin", PLUGIN.replace('"{name}"', '"{name} \xe9\x01"'), x_so=good)
    (bundle(lv2, "open", PLUGIN, x_so=good) / "x.so").chmod(0o666)
    (bundle(lv2, "anybody", PLUGIN, x_so=good) / "manifest.ttl").chmod(0o666)
    (lv2 / "fifo.lv2").mkdir()
    os.mkfifo(lv2 / "fifo.lv2/manifest.ttl")
    (lv2 / "empty.lv2").mkdir()
    shutil.copytree(PLANTED / "planted.lv2", lv2 / "zz.lv2", ignore=shutil.ignore_patterns("*.p"))
    monkeypatch.setenv("LADSPA_PATH", str(ladspa))
    monkeypatch.setenv("LV2_PATH", str(lv2))
    return home


def rows_of(graphophone, bridge):
    run = graphophone("modules", "--plugins", "--json")
    assert run.returncode == 0, run.stderr
    return {row["plugin"]: row["refused"] for row in json.loads(run.stdout) if row["type"] == bridge}


LADSPA = {
    "crashes": CRASH, "ends": ENDS, "cut": "it is cut short", "text": "invalid ELF header",
    "other": "it holds no LADSPA plugins", "pipe": "it is no file", "zz/planted_show": None,
}
LV2 = {
    "crashes": CRASH, "ends": ENDS, "broken.lv2": "manifest.ttl:4:", "bottomless": OVERFLOW,
    "deep.lv2": "its manifest.ttl has more than 2000 brackets", "endless.lv2": "its manifest.ttl is longer than 4 MiB",
    "vague": "what it says of itself is not all there", "missing": "its binary 'x.so': No such file",
    "nobinary": "it names no file as its binary", "remote": "it names no file as its binary", "text": "invalid ELF header",
    "cut": "its binary 'x.so': it is cut short", "strange": "its binary 'x.so' holds no LV2 plugins",
    "latin.lv2": "manifest.ttl:4:", "open": "its binary 'x.so': everybody may write it",
    "anybody.lv2": "everybody may write it", "fifo.lv2": "it is no file", "show": None, "worker": None,
}
# What ends whoever looks at it is known by its bundle alone.
for name in ("crashes", "ends", "bottomless"):
    LV2[f"{name}.lv2"] = LV2.pop(name)


def test_each_costs_its_own_line(hostile, graphophone):
    for bridge, expected in (("ladspa", LADSPA), ("lv2", LV2)):
        rows = rows_of(graphophone, bridge)
        for name, why in expected.items():
            assert name in rows, (name, rows)
            assert rows[name] is None if why is None else why in (rows[name] or ""), (name, rows[name])
        assert not any("empty" in name for name in rows)


def test_what_is_no_text_is_shown_as_such(hostile, graphophone):
    """Old plugins name their makers in Latin-1."""
    rows = json.loads(graphophone("modules", "--plugins", "--json").stdout)
    assert {row["author"] for row in rows if row["plugin"].startswith("zz/")} == {"Caf? Planted"}


def test_as_text(hostile, graphophone):
    run = graphophone("modules", "--plugins")
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and run.stderr == ""
    assert f"ladspa   {'zz/planted_show':40} 1 > 1  planted_show" in lines
    assert f"ladspa   {'crashes':40} refused: {CRASH} ({hostile}/ladspa/crashes.so)" in lines
    assert f"lv2      {'show':40} 1 > 1  Planted Show" in lines
    assert f"lv2      {'missing':40} refused: its binary 'x.so': No such file or directory ({hostile}/lv2/missing.lv2)" \
        in lines


def test_one_that_hangs(graphophone, home, monkeypatch):
    folder = home / "ladspa"
    folder.mkdir()
    shutil.copy(PLANTED / "hostile/hangs.so", folder)
    shutil.copy(PLANTED / "planted.so", folder / "zz.so")
    monkeypatch.setenv("LADSPA_PATH", str(folder))
    monkeypatch.setenv("LV2_PATH", "/nowhere")
    rows = rows_of(graphophone, "ladspa")
    assert rows["hangs"] == HANGS and rows["zz/planted_show"] is None


@pytest.mark.parametrize("bridge, plugin", [
    ("ladspa", "planted_show"), ("ladspa", "zz/planted_show"), ("lv2", "show"), ("lv2", "Planted Show")])
def test_a_rig_uses_the_good_ones(bridge, plugin, hostile, graphophone):
    status, said = refused(graphophone, hostile, bridge, plugin)
    assert status == 0, said


def test_a_broken_bundle_is_silent_beside_others(hostile, graphophone):
    """It names the one that is wanted, so it is looked at; what is wrong with it `modules --plugins` tells."""
    bundle(hostile / "lv2", "noisy", PREFIXES + "<urn:hostile:show> a lv2:Plugin ; ;; \"\n")
    for plugin, status in (("show", 0), ("nobody-has-this", 3)):
        run = graphophone("describe", "lv2", plugin)
        assert (run.returncode, len(run.stderr.splitlines())) == (status, int(status != 0)), run.stderr
        assert "noisy" not in run.stderr and "lilv" not in run.stderr
    told, said = refused(graphophone, hostile, "lv2", "show")
    assert told == 0 and "noisy" not in said and "lilv" not in said, said
    assert "manifest.ttl:4:" in rows_of(graphophone, "lv2")["noisy.lv2"]


@pytest.mark.parametrize("bridge, plugin, text", [
    ("ladspa", "cut", "'cut' cannot be loaded: it is cut short"),
    ("ladspa", "text", "'text' cannot be loaded: "),
    ("lv2", "missing", "'missing' cannot be used: its binary 'x.so': No such file or directory"),
    ("lv2", "cut", "'cut' cannot be used: its binary 'x.so': it is cut short"),
    ("lv2", "text", "'text' cannot be used: its binary cannot be loaded: "),
    ("lv2", "open", "'open' cannot be used: its binary 'x.so': everybody may write it"),
    ("lv2", "deep", "no LV2 plugin 'deep'"),
])
def test_refused_at_its_place(bridge, plugin, text, hostile, graphophone):
    status, said = refused(graphophone, hostile, bridge, plugin)
    assert status == 2 and f"rig.ini:11:10: error: {text}" in said, said

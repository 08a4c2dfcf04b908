"""Rows N1 and N2: no name in a patch leads out of the folder of takes, reaches a shell, or is one that a system forbids."""
import json
import os

import pytest

from support.faults import Refusal, changed, tree


@pytest.fixture
def refused(graphophone, home):
    return Refusal(graphophone, home)


def takes(result):
    return [take["path"] for take in json.loads(result.stdout)["takes"]]


# ---------------------------------------------------------------- N1

@pytest.mark.parametrize("file, told", [
    ("../keep.wav", "'../keep.wav' must not contain '..'"),
    ("a/../keep.wav", "'a/../keep.wav' must not contain '..'"),
    ("{take}/../../keep.wav", "'{take}/../../keep.wav' must not contain '..'"),
    ("/tmp/../keep.wav", "'/tmp/../keep.wav' must not contain '..'"),
    ("./keep.wav", "'./keep.wav' must not contain '.'"),
    ("a//keep.wav", "'a//keep.wav' has an empty part"),
    ("{take}/", "'{take}/' names a folder, not a file"),
    ("..", "'..' must not contain '..'"),
])
def test_n1_a_way_out_is_refused(refused, file, told):
    refused.patch(changed(("keep.wav", file)), status=2, told=f"rig.ini:11:8: error: {told}\n")


@pytest.mark.parametrize("file, told", [
    ("/nowhere/keep.wav", "cannot open the folder '/nowhere': No such file or directory"),
    ("/dev/null/keep.wav", "cannot open the folder '/dev/null': Not a directory"),
])
def test_n1_an_absolute_folder_must_be_there(refused, file, told):
    refused.patch(changed(("keep.wav", file)), status=5, told=f"rig.ini:11:8: error: {told}")


def test_n1_an_absolute_folder_that_is_there_is_taken_as_it_is_written(graphophone, home, tmp_path):
    (tmp_path / "disk").mkdir()
    (home / "rig.ini").write_text(changed(("keep.wav", f"{tmp_path}/disk/{{take}}.wav")))
    result = graphophone("render", "rig.ini", "--json")
    assert takes(result) == [f"{tmp_path}/disk/001.wav"]


def test_n1_a_link_before_the_first_token_is_the_owners_wish(graphophone, home, tmp_path):
    (tmp_path / "disk").mkdir()
    os.symlink(tmp_path / "disk", home / "disk")
    (home / "rig.ini").write_text(changed(("keep.wav", "disk/{take}.wav")))
    assert graphophone("render", "rig.ini").returncode == 0
    assert (tmp_path / "disk/001.wav").exists()


@pytest.mark.parametrize("file, link", [("{node}/x.wav", "keep"), ("{patch}/x.wav", "rig"), ("{node}/deeper/x.wav", "keep"),
                                        ("%%{node}/x.wav", "%keep")])
@pytest.mark.parametrize("inside", [True, False], ids=["to a folder below", "to a folder elsewhere"])
def test_n1_a_link_behind_a_token_is_not_followed(graphophone, home, tmp_path, file, link, inside):
    """Wherever it leads. The take is refused with the disk's status; nothing comes to be on either side."""
    target = (home if inside else tmp_path) / "elsewhere"
    target.mkdir()
    os.symlink(target, home / link)
    (home / "rig.ini").write_text(changed(("keep.wav", file)))
    before = tree(home), tree(target)
    result = graphophone("render", "rig.ini")
    assert result.returncode == 5, result.stderr
    assert "rig.ini:8:2: error: [keep] cannot make '" in result.stderr
    assert "Too many levels of symbolic links" in result.stderr or "Not a directory" in result.stderr
    assert (tree(home), tree(target)) == before


@pytest.mark.parametrize("target", ["/etc/passwd", "nothing", "keep.wav", "."])
def test_n1_a_link_in_the_place_of_the_file_is_a_name_that_is_taken(graphophone, home, target):
    os.symlink(target, home / "keep.wav")
    (home / "rig.ini").write_text(changed())
    result = graphophone("render", "rig.ini", "--json")
    assert result.returncode == 0, result.stderr
    assert takes(result) == [f"{home}/keep-2.wav"]
    assert os.readlink(home / "keep.wav") == target
    assert not (home / "nothing").exists()


# ---------------------------------------------------------------- N2

@pytest.mark.parametrize("label, file", [
    ("a;touch pwned", "a_touch pwned"),
    ("-x", "_x"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("COM1", "_COM1"),
    ("a:b", "a_b"),
    ("a/b", "a_b"),
    ("../../x", "_.._x"),
    ("..", "_"),
    (".hidden", "hidden"),
    ("x.", "x"),
    ("a*?<>|b", "a_____b"),
    ("$$(touch pwned)", "$(touch pwned)"),
    ("`touch pwned`", "`touch pwned`"),
    ("%H{take}", "%H{take}"),
    ("Gitarre für Zoë", "Gitarre für Zoë"),
])
def test_n2_a_label_becomes_a_name_that_no_system_forbids(graphophone, home, label, file):
    (home / "rig.ini").write_text(changed(
        ("file = keep.wav", f'file = 1-{{label}}.wav\nfiles = per-channel\nlabels = "{label}, other"')))
    before = set(tree(home))
    result = graphophone("render", "rig.ini", "--json")
    assert result.returncode == 0, result.stderr
    assert set(tree(home)) - before == {f"1-{file}.wav", "1-other.wav"}


@pytest.mark.parametrize("name, file", [("a;touch pwned", "a_touch pwned"), ("-x", "_x"), ("CON", "_CON"), ("a:b/c", "a_b_c"),
                                        ("..", "_"), ("$$(touch pwned)", "$(touch pwned)"), ("100% {take}", "100% _take_")])
def test_n2_so_does_the_name_of_a_patch(graphophone, home, name, file):
    (home / "rig.ini").write_text(changed(("dialect = 1", f'dialect = 1\nname = "{name}"'), ("keep.wav", "{patch}.wav")))
    before = set(tree(home))
    result = graphophone("render", "rig.ini", "--json")
    assert result.returncode == 0, result.stderr
    assert set(tree(home)) - before == {f"{file}.wav"}


@pytest.mark.parametrize("node, file", [("con", "_con"), ("nul", "_nul"), ("a-b", "a-b")])
def test_n2_so_does_the_name_of_a_node(graphophone, home, node, file):
    (home / "rig.ini").write_text(changed(("[keep]", f"[{node}]"), ("keep.wav", "{node}.wav")))
    before = set(tree(home))
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert set(tree(home)) - before == {f"{file}.wav"}


@pytest.mark.parametrize("node, told", [
    ("-x", "8:2: error: '-' cannot stand here in a section's name; a letter, then letters"),
    ("a;b", "8:3: error: ';' cannot stand here in a section's name"),
    ("a:b", "8:3: error: ':' cannot stand here in a section's name"),
    ("a/b", "8:3: error: '/' cannot stand here in a section's name"),
    ("a\nb", "8:1: error: this '[' is never closed"),
    ("a$(b)", "8:3: error: '$' cannot stand here in a section's name"),
])
def test_n2_a_section_has_a_plain_name(refused, node, told):
    refused.patch(changed(("[keep]", f"[{node}]")), status=2, told=f"rig.ini:{told}")


@pytest.mark.parametrize("text", ["a\tb.wav", "a\x01b.wav", "a\x7fb.wav", "a\x1b[31m.wav"])
def test_n2_a_file_has_no_control_characters(refused, text):
    refused.patch(changed(("file = keep.wav", f'file = "{text}"')), status=2, told="rig.ini:11:")


def test_n2_a_newline_from_outside_is_refused_too(refused, monkeypatch):
    """The scan sees what is written, not what a variable brings."""
    monkeypatch.setenv("TITLE", "a\nb")
    refused.patch(changed(("keep.wav", "${env:TITLE}.wav")), status=2, told="rig.ini:11:8: error: ")


@pytest.mark.parametrize("written, file", [
    ('"a;touch pwned.wav"', "a;touch pwned.wav"),
    ("-x.wav", "-x.wav"),
    ("--set.wav", "--set.wav"),
    ('"$$(touch pwned).wav"', "$(touch pwned).wav"),
    ('"`touch pwned`.wav"', "`touch pwned`.wav"),
    ('"a b|c&d>e.wav"', "a b|c&d>e.wav"),
    ("'quoted \"name\".wav'", 'quoted "name".wav'),
])
def test_n2_what_stands_in_file_is_taken_to_the_letter_by_no_shell(graphophone, home, written, file):
    (home / "rig.ini").write_text(changed(("keep.wav", written)))
    before = set(tree(home))
    assert graphophone("check", "rig.ini").returncode == 0
    assert set(tree(home)) == before
    result = graphophone("render", "rig.ini")
    assert result.returncode == 0, result.stderr
    assert set(tree(home)) - before == {file}


def test_n2_a_picture_is_drawn_without_a_name_reaching_the_shell(graphophone, home):
    (home / "rig.ini").write_text(changed(("dialect = 1", 'dialect = 1\nname = "$$(touch pwned); touch pwned"'),
                                          ("keep.wav", '"$$(touch pwned).wav"')))
    before = tree(home)
    graphophone("graph", "rig.ini", "--svg")
    assert tree(home) == before


@pytest.mark.parametrize("name", ["-x.ini", "--set", "a;b.ini", "$(touch pwned).ini", "a b.ini"])
def test_n2_a_patch_may_have_any_name(graphophone, home, name):
    (home / name).write_text(changed(("keep.wav", "{patch}-{take}.wav")))
    before = set(tree(home))
    result = graphophone("render", "--", name)
    assert result.returncode == 0, result.stderr
    assert len(set(tree(home)) - before) == 1 and "pwned" not in tree(home)

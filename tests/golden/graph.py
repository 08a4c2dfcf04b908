"""What `graphophone check` says first about a patch: tests/golden/graph/NAME.ini gives NAME.txt.

The patches are the examples of config/patches with one line changed, as a person mistypes them.
"""
import pathlib

import pytest

CASES = sorted((pathlib.Path(__file__).parent / "graph").glob("*.ini"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_first_message(case, graphophone):
    result = graphophone("check", case.name, cwd=case.parent)
    expected = case.with_suffix(".txt").read_text(encoding="utf-8")
    assert (result.stdout + result.stderr)[:len(expected)] == expected
    assert result.returncode == 2


def test_every_text_has_its_patch():
    assert len(CASES) > 5
    assert {path.with_suffix("").name for path in CASES} == {
        path.with_suffix("").name for path in (pathlib.Path(__file__).parent / "graph").glob("*.txt")}

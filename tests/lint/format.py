"""Formatting belongs to clang-format, version 14, with the project's own rules."""
import re
import shutil
import subprocess

import pytest


def formatter():
    """The name of clang-format 14 on this machine; other versions disagree with it about details."""
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            if re.search(r"version 14\.", version):
                return name
    pytest.skip("clang-format 14 is not installed")


def unformatted(files, style):
    """The first complaint about each file that clang-format would change."""
    if not files:
        return []
    run = subprocess.run([formatter(), f"--style=file:{style}", "--dry-run", "-Werror", *map(str, files)],
                         capture_output=True, text=True)
    seen = {}
    for match in re.finditer(r"^(.+?):(\d+):\d+: error: ", run.stderr, re.MULTILINE):
        seen.setdefault(match.group(1), match.group(2))
    assert run.returncode == 0 or seen, run.stderr
    return [f"{name}:{line}: not as clang-format 14 writes it" for name, line in seen.items()]


def test_format(source):
    files = [path for folder in ("core", "modules", "hosts") for path in sorted((source / folder).rglob("*.[ch]"))]
    assert files
    assert unformatted(files, source / ".clang-format") == []


@pytest.mark.parametrize("planted", ["int  x;\n", "int f(void) { return 1; }\n", "int\nf(void)\n{\n  return 1;\n}\n",
                                     "char* name;\n"])
def test_convicts_format(planted, source, tmp_path):
    (tmp_path / "planted.c").write_text(planted)
    assert unformatted([tmp_path / "planted.c"], source / ".clang-format")

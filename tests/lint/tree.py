"""The tree: what stands at its top, which file includes which, what a source file may not hold."""
import pathlib
import re
import subprocess

import pytest

TOP = {"core", "modules", "hosts", "config", "tests", "meson.build", "meson_options.txt", "README.md", "LICENSE"}
# What each folder of core may include besides itself; earlier ones know nothing of later ones.
MAY_INCLUDE = {
    "platform": set(),
    "disk": {"platform"},
    "patch": {"platform"},
    "graph": {"platform", "disk", "patch"},
    "run": {"platform", "disk", "patch", "graph"},
    "cli": {"platform", "disk", "patch", "graph", "run"},
    "court": {"platform", "disk", "patch", "graph"},
}
SYSTEM = re.compile(r"\b(_WIN32|_WIN64|WIN32|__MINGW32__|__MINGW64__|_MSC_VER|__CYGWIN__)\b")
WINDOWS_HOSTS = {"wasapi", "wdmks"}
LEFT_FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
MACHINE = re.compile(r"(?<![\w.$])/(?:home|work|root|tmp/gph|Users)/\w")
LINES = 450


def files(top, *folders):
    """The C files of some folders, as paths below top."""
    found = (path for folder in folders for path in (top / folder).rglob("*") if path.suffix in (".c", ".h"))
    return sorted(path.relative_to(top) for path in found)


def text(top, path):
    return (top / path).read_text(encoding="utf-8")


def line_of(source, offset):
    return source.count("\n", 0, offset) + 1


def tracked(top):
    """Names that git keeps; without git (a tarball) everything that is not a build folder."""
    try:
        listing = subprocess.run(["git", "-C", str(top), "ls-files", "-z"], check=True, capture_output=True).stdout
        return [pathlib.PurePath(name) for name in listing.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        return [path.relative_to(top) for path in top.rglob("*")
                if path.is_file() and not path.relative_to(top).parts[0].startswith((".git", "build"))]


def top_level(top):
    """Nothing but the folders of the architecture, four files and dotfiles stands at the top."""
    names = {path.parts[0] for path in tracked(top)}
    return [f"{name}: not one of the things at the top level" for name in sorted(names - TOP)
            if not name.startswith(".")] + [f"{name}: missing" for name in sorted(TOP - names)]


def included(top, path):
    """(line, place): what a file includes of ours, as a path below top, or <name> of what is installed."""
    source = text(top, path)
    for match in INCLUDE.finditer(source):
        kind, name = match.groups()
        if kind == "<":
            yield line_of(source, match.start()), f"<{name}>"
        else:
            place = (top / path).parent / name
            yield line_of(source, match.start()), place.resolve().relative_to(top.resolve()).as_posix()


def may(path, target):
    """Whether a file may include a target; both as included() gives them."""
    here = path.parts
    if target.startswith("<"):
        # A public header includes public ones as anyone does; no source folder is on the include path.
        return True
    there = target.split("/")
    if here[0] == "modules":
        # A module that needs more than one file keeps it in a folder of its own.
        return len(here) > 2 and there[:2] == list(here[:2])
    if here[0] == "hosts":
        return there[:2] == list(here[:2]) or (target == "hosts/pump/pump.h")
    if here[:2] == ("core", "include"):
        return False
    return there[0] == "core" and len(there) > 2 and (
        there[1] == here[1] or there[1] in MAY_INCLUDE.get(here[1], set()))


def includes(top):
    """Includes run one way; modules and hosts see the installed headers (and hosts the pump)."""
    return [f"{path}:{line}: may not include {target}"
            for path in files(top, "core", "modules", "hosts")
            for line, target in included(top, path) if not may(path, target)]


def system_names(top):
    """Names of the system appear in core/platform, in Windows hosts and in the export macro only."""
    problems = []
    for path in files(top, "core", "modules", "hosts"):
        if path.parts[:2] == ("core", "platform") or (path.parts[0] == "hosts" and path.parts[1] in WINDOWS_HOSTS):
            continue
        source = text(top, path)
        for match in SYSTEM.finditer(source):
            if path.as_posix() == "core/include/graphophone/module.h" and in_export_macro(source, match.start()):
                continue
            problems.append(f"{path}:{line_of(source, match.start())}: {match.group()} outside core/platform")
    return problems


def in_export_macro(source, offset):
    """Whether an #if of the system does nothing but define GPH_EXPORT or GPH_CALL."""
    block = source[offset:source.find("#endif", offset)]
    defined = set(re.findall(r"#\s*define\s+(\w+)", block))
    return bool(defined) and defined <= {"GPH_EXPORT", "GPH_CALL"}


def left_for_later(top):
    """Nothing in the product is left for later."""
    return [f"{path}:{line_of(source, match.start())}: {match.group()}"
            for path in files(top, "core", "modules", "hosts")
            for source in [text(top, path)] for match in LEFT_FOR_LATER.finditer(source)]


def lengths(top):
    """No source file is so long that another noun hides in it."""
    return [f"{path}: {n} lines, more than {LINES}" for path in files(top, "core", "modules", "hosts")
            for n in [text(top, path).count("\n")] if n > LINES and path.parts[:2] != ("core", "include")]


def machine_paths(top):
    """No file names a folder of the machine it was written on."""
    problems = []
    for path in tracked(top):
        if path.as_posix() == "tests/lint/tree.py" or not (top / path).is_file():
            continue
        source = (top / path).read_bytes().decode("utf-8", "replace")
        if "\0" not in source:
            problems += [f"{path}:{line_of(source, match.start())}: {match.group()}..."
                         for match in MACHINE.finditer(source)]
    return problems


@pytest.mark.parametrize("lint", [top_level, includes, system_names, left_for_later, lengths, machine_paths],
                         ids=lambda lint: lint.__name__)
def test_tree(lint, source):
    assert lint(source) == []


# A breach a line: the lint that must convict it, the file it is planted in, what it says.
BREACHES = [
    (top_level, "notes.txt", "once upon a time\n"),
    (top_level, "src/main.c", "int x;\n"),
    (includes, "core/platform/planted.c", '#include "../disk/ring.h"\n'),
    (includes, "core/patch/planted.c", '#include "../run/engine.h"\n'),
    (includes, "core/patch/planted.c", '#include "../disk/ring.h"\n'),
    (includes, "core/disk/planted.h", '  #  include "../graph/plan.h"\n'),
    (includes, "core/include/graphophone/planted.h", '#include "../../run/engine.h"\n'),
    (includes, "modules/planted.c", '#include "../core/run/engine.h"\n'),
    (includes, "modules/planted.c", '#include "../hosts/pump/pump.h"\n'),
    (includes, "modules/planted.c", '#include "gain.h"\n'),
    (includes, "hosts/jack/planted.c", '#include "../clock/clock.h"\n'),
    (includes, "hosts/jack/planted.c", '#include "../pump/inner.h"\n'),
    (system_names, "modules/planted.c", "#ifdef _WIN32\n#endif\n"),
    (system_names, "core/cli/planted.c", "#if defined(__MINGW64__)\n#endif\n"),
    (system_names, "hosts/jack/planted.c", "#ifdef _MSC_VER\n#endif\n"),
    (system_names, "core/include/graphophone/module.h", "#ifdef _WIN32\n#define GPH_SLASH 1\n#endif\n"),
    (left_for_later, "core/disk/planted.c", "/* " + "TO" + "DO: later */\n"),
    (left_for_later, "hosts/clock/planted.c", "/* " + "XX" + "X */\n"),
    (lengths, "modules/planted.c", "/* */\n" * (LINES + 1)),
    (machine_paths, "config/planted.ini", "folder = /" + "home/someone/takes\n"),
]


@pytest.mark.parametrize("lint, path, planted", BREACHES,
                         ids=[f"{lint.__name__}-{n}" for n, (lint, _, _) in enumerate(BREACHES, 1)])
def test_convicts(lint, path, planted, tmp_path):
    copy = tmp_path / "copy"
    for name in TOP:
        if "." in name or name == "LICENSE":
            copy.mkdir(exist_ok=True)
            (copy / name).write_text("")
        else:
            (copy / name).mkdir(parents=True)
            (copy / name / "meson.build").write_text("")
    assert lint(copy) == []
    (copy / path).parent.mkdir(parents=True, exist_ok=True)
    (copy / path).write_text(planted)
    assert any(path.split("/")[0] in problem for problem in lint(copy))

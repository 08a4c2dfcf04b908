"""Makes graphophone-VERSION-windows-x86_64.zip of a build for Windows: a folder that runs where it is unpacked.

usage: zip.py BUILD LIBRARIES OUTPUT      (`ninja zip` says which)

In it are what `meson install` installs, the DLLs and the licences that deps.sh has left in LIBRARIES, and those of what the
compiler links in. The same build gives the same bytes.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# What of the compiler is in each program: the start of a program and threads; arithmetic.
COMPILER = {"mingw-w64": "mingw-w64-x86-64-dev", "gcc": "gcc-mingw-w64-base"}
# What strip writes into each program for the time, in seconds.
DATE = 315532800
TITLE = "Graphophone for 64-bit Windows 10 and later"
README = f"""{TITLE}
{"=" * len(TITLE)}

Nothing is to be installed: open a terminal in this folder and type

    bin\\graphophone hosts
    bin\\graphophone modules
    bin\\graphophone run share\\graphophone\\patches\\quickstart.ini --set patch.folder=.

The last one plays an example that needs no sound card (Ctrl-C ends it), and leaves its takes in this folder. README.md is
about the rest. The folder must stay one that other people may not write to: modules out of one that they may are refused.

OSC is not built for Windows.
What is in `licences` is the terms of Graphophone itself, and of all that its files hold of others.
"""


def stage(build, folder):
    """The installation, without what its linker made for linking to modules."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--strip", "--destdir", scratch],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SOURCE_DATE_EPOCH": str(DATE)})
        prefix = next(pathlib.Path(scratch).rglob("bin/graphophone.exe")).parents[1]
        shutil.copytree(prefix, folder)
    for part in ("modules", "hosts"):
        for left in (folder / "lib/graphophone" / part).glob("*.a"):
            left.unlink()


def add_texts(libraries, folder):
    licences = folder / "licences"
    shutil.copytree(libraries / "licences", licences)
    (licences / "graphophone").mkdir()
    shutil.copy(SOURCE / "LICENSE", licences / "graphophone")
    for name, package in COMPILER.items():
        (licences / name).mkdir()
        shutil.copy(pathlib.Path("/usr/share/doc") / package / "copyright", licences / name)
    shutil.copy(SOURCE / "README.md", folder)
    (folder / "README.txt").write_text(README, newline="\r\n")


def pack(folder, output):
    """In one order, with one date."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())


def main(build, libraries, output):
    output = pathlib.Path(output).resolve()
    libraries = pathlib.Path(libraries)
    if not (libraries / "licences").is_dir():
        sys.exit(f"zip.py: {libraries} is not what config/windows/deps.sh has made")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / output.stem
        stage(build, folder)
        for library in (libraries / "bin").glob("*.dll"):
            shutil.copy(library, folder / "bin")
        add_texts(libraries, folder)
        made = output.with_suffix(".part")
        pack(folder, made)
        made.replace(output)
    print(output)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])

"""What the rows of the fault matrix share: a rig that is fine, and a program that refuses and leaves everything as it was."""
import os
import re
import stat

# Half of the rows change one line of it. It records 480 frames of a tone into keep.wav.
RIG = """[patch]
dialect = 1
host = offline
length = 480fr
[beep]
type = tone
channels = 2
[keep]
type = file-recorder
from = beep
file = keep.wav
start = auto
"""

# What is under GPH_SANITIZE reserves terabytes of addresses: a limit on them cannot be used there.
SANITIZED = "address" in os.environ.get("GPH_SANITIZE", "")

# Prefix of a command that obeys the permissions of files whoever runs it, and has no right to real time.
UNPRIVILEGED = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []


def changed(*changes, rig=RIG):
    """The rig with pieces of its text replaced, each of which must be there."""
    for old, new in changes:
        assert old in rig
        rig = rig.replace(old, new)
    return rig


def tree(folder):
    """All that is in a folder: kind, rights, time of change and content of each entry."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(folder))] = (stat.S_IFMT(about.st_mode), stat.S_IMODE(about.st_mode),
                                                about.st_mtime_ns, content)
    return found


class Refusal:
    """Runs the program and holds it to a refusal: status, messages in their order, nothing started, nothing touched."""

    def __init__(self, graphophone, home):
        self.graphophone = graphophone
        self.home = home

    def __call__(self, *arguments, status, told, **options):
        before = tree(self.home)
        result = self.graphophone(*arguments, timeout=120, **options)
        assert result.returncode == status, result.stderr
        rest = result.stderr
        for words in [told] if isinstance(told, str) else told:
            assert words in rest, result.stderr
            rest = rest.partition(words)[2]
        assert result.stdout == ""
        assert not re.search(r"\[keep\] records|keep: recording| on (offline|clock|jack)[ :]", result.stderr), result.stderr
        assert tree(self.home) == before
        return result

    def everywhere(self, patch, **expected):
        """The same by each command that takes a patch."""
        for command in ("check", "run", "render", "graph"):
            self(command, patch, **expected)

    def patch(self, text, **expected):
        """A patch of this text is refused by all of them. Given as bytes, or as text that is written as UTF-8."""
        (self.home / "rig.ini").write_bytes(text if isinstance(text, bytes) else text.encode())
        self.everywhere("rig.ini", **expected)

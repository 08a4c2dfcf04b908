"""Takes of two systems: which there are, and that their sound and all else but the time is the same."""
from support.sound_files import read_chunks

# What differs though the sound does not: the time at which a take was made.
DATED = {"bext", "iXML", "LIST"}


def takes_of(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_same(ours, theirs):
    """The takes in two folders."""
    ours, theirs = takes_of(ours), takes_of(theirs)
    assert ours and ours.keys() == theirs.keys()
    for take, path in ours.items():
        if take.endswith(".wav"):
            one, other = ([chunk for chunk in read_chunks(file) if chunk[0] not in DATED]
                          for file in (path, theirs[take]))
            assert one == other, take
        else:
            assert path.read_bytes() == theirs[take].read_bytes(), take

"""A table as numpy sees it: the reader of the documentation, word for word, on a table that is live."""
import os
import pathlib
import subprocess

import pytest

numpy = pytest.importorskip("numpy")

READER = '''
import mmap, numpy as np
with open("/dev/shm/graphophone-1000-looper.loop", "rb") as f:
    memory = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
u4, u8 = np.frombuffer(memory, "u4", 32), np.frombuffer(memory, "u8", 16)     # live: look again, see it move
channels, frames, stride = int(u4[4]), int(u8[4]), int(u8[5])
bank = int(u4[3] + u8[6] * u8[9])
table = np.ndarray((channels, frames), "f4", memory, bank, (stride, 4))
'''


class Live:
    """The process that has the table."""

    def __init__(self, program, patch):
        self.process = subprocess.Popen([program, patch], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, encoding="utf-8")
        self.path = self.process.stdout.readline().strip()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=60)


@pytest.fixture
def live(build):
    program = str(build / "tests/integration/table-live")
    started = []

    def start():
        one = Live(program, f"numpy-{os.getpid()}")
        started.append(one)
        return one

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()
    for left in pathlib.Path("/dev/shm").glob(f"graphophone-*-numpy-{os.getpid()}.*"):
        left.unlink()


def read(path):
    """What the reader of the documentation gets from a table."""
    names = {}
    exec(READER.replace("/dev/shm/graphophone-1000-looper.loop", path), names)  # pylint: disable=exec-used
    return names


def test_reader_sees_it_move(live):
    one = live()
    assert one.path == f"/dev/shm/graphophone-{os.getuid()}-numpy-{os.getpid()}.loop"
    assert pathlib.Path(one.path).stat().st_mode & 0o777 == 0o600
    seen = read(one.path)
    assert seen["table"].shape == (2, 1000) and not seen["table"].any()
    assert one.tell("write 300 0.5") == "ok"
    assert (seen["table"][0, :300] == 0.5).all() and (seen["table"][1, :300] == 1.5).all()
    assert not seen["table"][:, 300:].any()
    generation, bank, filled, head, written, rounds, clock, state = map(int, seen["u8"][8:16])
    assert (generation, bank, filled, head, written, rounds, clock, state) == (0, 0, 300, 300, 300, 0, 300, 1)
    assert one.tell("write 800 0.25") == "ok"
    assert int(seen["u8"][10]) == 1000 and int(seen["u8"][11]) == 100 and int(seen["u8"][13]) == 1
    assert (seen["table"][0, 300:] == 0.25).all() and (seen["table"][0, :100] == 0.25).all()
    assert seen["u8"][3].view("f8") == 48000
    assert not seen["table"].flags.writeable


def test_banks_and_generation(live):
    one = live()
    one.tell("write 1000 0.5")
    first = read(one.path)
    one.tell("swap")
    assert int(first["u8"][8]) == 1 and int(first["u8"][9]) == 1
    second = read(one.path)
    assert not second["table"].any() and (first["table"][0] == 0.5).all()
    one.tell("clear")
    assert int(second["u8"][8]) == 2 and int(second["u8"][10]) == 0


def whole_copy(seen, meanwhile):
    """A copy in two halves, again until generation and pass did not move; `meanwhile` comes between them, once each."""
    tries = 0
    while True:
        before = seen["u8"][8].copy(), seen["u8"][13].copy()
        bank = int(seen["u4"][3] + seen["u8"][6] * seen["u8"][9])
        table = numpy.ndarray(seen["table"].shape, "f4", seen["memory"], bank, seen["table"].strides)
        copy = table.copy()
        if meanwhile:
            meanwhile.pop(0)()
        copy[:, 500:] = table[:, 500:]
        tries += 1
        if before == (seen["u8"][8], seen["u8"][13]):
            return copy, tries


def test_a_copy_is_whole_if_generation_and_pass_stayed(live):
    """A pass, a swap and a clear in the middle of a copy are each seen; a write within the pass is not one."""
    one = live()
    one.tell("write 1000 0.5")
    seen = read(one.path)
    copy, tries = whole_copy(seen, [lambda: one.tell("write 1000 0.25")])
    assert tries == 2 and (copy[0] == 0.25).all()
    copy, tries = whole_copy(seen, [lambda: one.tell("swap"), lambda: one.tell("write 1000 0.125")])
    assert tries == 3 and (copy[0] == 0.125).all()
    copy, tries = whole_copy(seen, [lambda: one.tell("clear")])
    assert tries == 2 and int(seen["u8"][10]) == 0
    copy, tries = whole_copy(seen, [lambda: one.tell("write 10 0.75")])
    assert tries == 1 and (copy[0, 10:] == 0.125).all()


def test_a_mapping_outlives_its_table(live):
    one = live()
    one.tell("write 1000 0.5")
    seen = read(one.path)
    assert one.end() == 0
    assert not pathlib.Path(one.path).exists()
    assert (seen["table"][1] == 1.5).all()


def test_a_table_outlives_a_crash(live):
    one = live()
    one.tell("write 1000 0.5")
    one.tell("die")
    one.process.wait(timeout=60)
    assert (read(one.path)["table"][1] == 1.5).all()
    two = live()
    assert two.path == one.path
    assert not read(two.path)["table"].any()
    assert (read(one.path + ".lost-1")["table"][1] == 1.5).all()


def test_a_name_in_use_stays_in_use(live):
    one = live()
    one.tell("write 10 0.5")
    two = live()
    assert two.path == "" and two.process.wait(timeout=60) == 1
    assert (read(one.path)["table"][0, :10] == 0.5).all()

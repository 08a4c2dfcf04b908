"""Shows the newest second of the table that table-to-numpy.ini fills, without stopping the rig."""
import mmap
import os
import sys

import numpy as np

NAME = "scope.ring"


def table(path):
    """The live table as a channels x frames array, and its header as two views of the same memory."""
    with open(path, "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    u4, u8 = np.frombuffer(memory, "u4", 32), np.frombuffer(memory, "u8", 16)
    channels, frames, stride = int(u4[4]), int(u8[4]), int(u8[5])
    bank = int(u4[3] + u8[6] * u8[9])
    return np.ndarray((channels, frames), "f4", memory, bank, (stride, 4)), u4, u8


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else f"/dev/shm/graphophone-{os.getuid()}-{NAME}"
    samples, _, u8 = table(path)
    rate = float(np.frombuffer(u8.tobytes()[24:32], "f8")[0])
    head, frames = int(u8[11]), samples.shape[1]
    newest = np.take(samples, np.arange(head - int(rate), head) % frames, axis=1)
    rms = np.sqrt(np.mean(np.square(newest, dtype="f8"), axis=1))
    print("frames written:", int(u8[12]), " rms of the newest second:", np.round(rms, 6))


if __name__ == "__main__":
    main()

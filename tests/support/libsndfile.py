"""Sound files as libsndfile reads them."""
import ctypes
import ctypes.util

import numpy as np

SFM_READ = 0x10


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), ("samplerate", ctypes.c_int), ("channels", ctypes.c_int),
                ("format", ctypes.c_int), ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]


LIBRARY = ctypes.CDLL(ctypes.util.find_library("sndfile") or "libsndfile.so.1")
LIBRARY.sf_open.restype = ctypes.c_void_p
LIBRARY.sf_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Info)]
LIBRARY.sf_readf_float.restype = ctypes.c_int64
LIBRARY.sf_readf_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
LIBRARY.sf_close.argtypes = [ctypes.c_void_p]
LIBRARY.sf_strerror.restype = ctypes.c_char_p
LIBRARY.sf_strerror.argtypes = [ctypes.c_void_p]


LIBRARY.sf_seek.restype = ctypes.c_int64
LIBRARY.sf_seek.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int]


def opened(path, raw=None):
    """A file to be read and closed, and what it says of itself. `raw`: (rate, channels, format of libsndfile)."""
    info = Info()
    if raw:
        info.samplerate, info.channels, info.format = raw
    sound = LIBRARY.sf_open(str(path).encode(), SFM_READ, ctypes.byref(info))
    assert sound, f"{path}: {LIBRARY.sf_strerror(None).decode()}"
    return sound, info


def read_at(sound, info, frame, frames):
    """So many frames of an open file, fewer at its end."""
    assert LIBRARY.sf_seek(sound, frame, 0) == frame
    block = np.zeros((frames, info.channels), "f4")
    return block[:LIBRARY.sf_readf_float(sound, block.ctypes.data, frames)]


def read(path, raw=None):
    """All samples, frames x channels, and what the file says of itself."""
    sound, info = opened(path, raw)
    blocks = []
    while True:
        block = np.zeros((65536, info.channels), "f4")
        got = LIBRARY.sf_readf_float(sound, block.ctypes.data, len(block))
        blocks.append(block[:got])
        if got < len(block):
            break
    LIBRARY.sf_close(sound)
    return np.concatenate(blocks), info

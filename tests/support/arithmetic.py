"""What the stock modules compute, once more: from the laws of their documentation, in double precision, a frame at
a time. Sound is an array of frames x channels. Nothing here knows of blocks.
"""
import numpy as np


def gain_of(decibels):
    return 10 ** (decibels / 20)


def highpass(sound, hertz, rate, q=0.707):
    """The second-order high-pass of the cookbook, direct form I."""
    w = 2 * np.pi * hertz / rate
    cos, alpha = np.cos(w), np.sin(w) / (2 * np.float32(q).astype("f8"))
    b = np.array([(1 + cos) / 2, -(1 + cos), (1 + cos) / 2]) / (1 + alpha)
    a1, a2 = -2 * cos / (1 + alpha), (1 - alpha) / (1 + alpha)
    x = np.vstack([np.zeros((2, sound.shape[1])), sound.astype("f8")])
    y = np.zeros_like(x)
    for n in range(2, len(x)):
        y[n] = b[0] * x[n] + b[1] * x[n - 1] + b[2] * x[n - 2] - a1 * y[n - 1] - a2 * y[n - 2]
    return y[2:]


def late(sound, frames):
    """The same, so many frames later."""
    return np.vstack([np.zeros((frames, sound.shape[1])), sound])[:len(sound)]


def compressor(sound, rate, threshold=-20.0, ratio=2.0, attack=0.01, release=0.1, knee=6.0, lookahead=0):
    """Linked: the loudest channel of a frame rules; a soft knee in decibels, then a one-pole way up and down."""
    sound = sound.astype("f8")
    level = 20 * np.log10(np.maximum(np.abs(sound).max(axis=1), 1e-10))
    over = level - threshold
    wanted = np.where(2 * over < -knee, 0.0,
                      np.where(2 * np.abs(over) <= knee, (1 - 1 / ratio) * (over + knee / 2) ** 2 / (2 * knee),
                               (1 - 1 / ratio) * over))
    rise, fall = (np.exp(-1 / (seconds * rate)) for seconds in (attack, release))
    reduction, now = np.empty(len(sound)), 0.0
    for n, want in enumerate(wanted.tolist()):
        pole = rise if want > now else fall
        now = pole * now + (1 - pole) * want
        reduction[n] = now
    return late(sound, lookahead) * gain_of(-reduction)[:, None]


def limiter(sound, rate, ceiling=-1.0, release=0.05, lookahead=240):
    """Linked: the gain that each frame needs, its least over the lookahead, a release, the mean over the lookahead."""
    sound = sound.astype("f8")
    need = np.minimum(1, gain_of(ceiling) / np.maximum(np.abs(sound).max(axis=1), 1e-10))
    padded = np.concatenate([np.ones(lookahead), need])
    least = np.lib.stride_tricks.sliding_window_view(padded, lookahead + 1).min(axis=1)
    pole, now, held = np.exp(-1 / (release * rate)), 1.0, np.ones(len(sound) + lookahead)
    for n, want in enumerate(least.tolist()):
        now = min(want, now) if want < now else want + pole * (now - want)
        held[n + lookahead] = now
    mean = np.convolve(held, np.full(lookahead + 1, 1 / (lookahead + 1)), "valid")
    return late(sound, lookahead) * mean[:, None]


def freeverb(sound, rate, size=0.5, damp=0.5, mix=0.5):
    """Eight combs side by side, four all-passes in a row, all channels alike."""
    def lengths(samples):
        return [int(n / 44100 * rate + 0.5) for n in samples]

    combs = lengths([1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617])
    sound = sound.astype("f8")
    frames, channels = sound.shape
    wet = np.zeros((frames, channels))
    for length in combs:
        line, low = np.zeros((frames + length, channels)), np.zeros(channels)
        for n in range(frames):
            low = line[n] * (1 - damp * 0.5) + low * (damp * 0.5)
            line[n + length] = sound[n] + low * (0.7 + 0.29 * size)
        wet += line[:frames]
    for length in lengths([556, 441, 341, 225]):
        # y[n] = line[n] - x[n], line[n + length] = x[n] + line[n] / 2: whole lengths at once.
        line = np.zeros((frames + length, channels))
        for n in range(0, frames, length):
            end = min(n + length, frames)
            line[n + length:end + length] = wet[n:end] + line[n:end] * 0.5
        wet = line[:frames] - wet
    return wet * 0.015 * np.sqrt(mix) + sound * np.sqrt(1 - mix)


def triangle(hertz, rate, frames):
    """The triangle with a corner at every quarter and three quarters of a period, 0 at its start."""
    turns = np.arange(frames) * (hertz / rate) % 1
    return 1 - 4 * np.abs((turns + 0.25) % 1 - 0.5)


class Looper:
    """An overdub recorder and a player that follows it, as the law of tables says, in float32.

    table[p] = in * gain(p) + old[p] * feedback. The first toggle records, the second closes the loop, later ones punch
    in and out. A punch rises over `fade` frames and falls over as many after its end; when the loop is closed what
    falls is added to what rose.
    """

    def __init__(self, frames, channels, feedback, fade):
        self.table = np.zeros((frames, channels), "f4")
        self.before = self.table.copy()
        self.feedback, self.fade = np.float32(feedback), fade
        self.round = self.head = 0
        self.since = None  # frames since a punch in
        self.left = 0      # frames that still fall
        self.closing = self.runs = False

    def toggle(self):
        if self.since is None:
            self.before, self.before_round = self.table.copy(), self.round
            self.since, self.runs = 0, True
            return
        assert self.since >= self.fade, "a punch shorter than its fade is not told here"
        self.closing = self.round == 0
        if self.closing:
            self.round, self.head = self.head, 0
        self.since, self.left = None, self.fade

    def undo(self):
        self.table, self.round = self.before, self.before_round

    def frame(self, sound, toggle=False, undo=False):
        """What the follower plays in this frame, which is what was there before it; then what is pressed counts."""
        heard = self.table[self.head].copy() if self.runs else np.zeros_like(sound)
        if toggle:
            self.toggle()
        if undo:
            self.undo()
        if self.runs:
            self.write(sound)
        return heard

    def write(self, sound):
        gain = None
        if self.since is not None:
            gain = np.float32(min(self.since, self.fade)) / np.float32(self.fade)
            self.since += 1
        elif self.left > 0:
            gain = np.float32(1) - np.float32(self.fade - self.left) / np.float32(self.fade)
            self.left -= 1
        if gain is not None:
            keep = np.float32(1) if self.since is None and self.closing else self.feedback
            old = self.table[self.head] * keep if self.round else np.float32(0)
            self.table[self.head] = sound * gain + old
        self.head += 1
        if self.round and self.head == self.round:
            self.head = 0

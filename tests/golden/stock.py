"""What every stock type takes and gives, one by one, as the patch language promises it: nothing more, nothing less.

A line is what `describe` says: its part, its name, its range, and in brackets its default. Whoever changes a type
changes what patches mean, and has to change this page with it.
"""
import json

import pytest

STOCK = """
input
    port out: 1 to 1024 channels [out]
    setting channels: text [-]
    setting channel: text [-]
    setting connect: text, ... [auto]
    setting absent: error, silence [error]
output
    port in: 1 to 1024 channels [in]
    setting channels: text [-]
    setting channel: text [-]
    setting connect: text, ... [auto]
table
    setting channels: 1 to 1024 [-]
    setting length: above 0 s to 43200 s [-]
    setting load: file [-]
    setting save: file [-]
    setting format: text [-]
    setting spare: on, off [off]
    setting share: on, off [off]
    setting other: name of a table [-]
    param level: off, -90 dB to 24 dB [0 dB]
    param cutoff: 1 Hz to 0.49 of the rate [1000 Hz]
    param fade: 0 s to 3600 s [0.1 s]
    param fade-shape: linear, sqrt, sine, squared [linear]
    param shift: -16000000 frames to 16000000 frames [0 frames]
    param exponent: 0.01 to 100 [2]
    param amount: -1000 to 1000 [1]
    trigger save: taken
    trigger clear: taken
    trigger undo: taken
    trigger load: taken
    trigger copy: taken
    trigger normalize: taken
    trigger remove-dc: taken
    trigger reverse: taken
    trigger invert: taken
    trigger rectify: taken
    trigger fade-in: taken
    trigger fade-out: taken
    trigger rotate: taken
    trigger lowpass: taken
    trigger pow: taken
    trigger add: taken
    trigger subtract: taken
    trigger multiply: taken
feedback
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting time: above 0 s to 1 s [-]
tone
    port out: 1 to 1024 channels [out]
    setting channels: 1 to 1024 [1]
    setting shape: sine, square, saw, triangle, impulse [sine]
    param freq: 0.01 Hz to 0.49 of the rate [1000 Hz]
    param gain: off, -90 dB to 24 dB [-20 dB]
noise
    port out: 1 to 1024 channels [out]
    setting channels: 1 to 1024 [1]
    setting color: white, pink, brown [white]
    setting seed: 0 to 4294967295 [1]
    param gain: off, -90 dB to 24 dB [-20 dB]
file-player
    port out: 1 to 1024 channels [out]
    setting file: file [required]
    setting loop: on, off [off]
    setting start: auto, trigger [auto]
    setting offset: 0 s to 1000000000 s [0s]
    setting convert: on, off [off]
    param gain: off, -90 dB to 24 dB [0 dB]
    trigger play: taken
    trigger stop: taken
    trigger toggle: taken
    trigger done: given
    meter position: s
table-player
    port out: 1 to 1024 channels [out]
    setting table: name of a table [required]
    setting mode: once, loop [once]
    setting start: auto, trigger [auto]
    setting follow: on, off [off]
    setting begin: 0 s to 86400 s [-]
    setting end: 0 s to 86400 s [-]
    setting xfade: 0 s to 60 s [0s]
    setting interpolate: none, linear, cubic [linear]
    param speed: -4 to 4 [1]
    trigger play: taken
    trigger stop: taken
    trigger toggle: taken
    trigger done: given
    trigger loop: given
gain
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    param gain (a channel): off, -90 dB to 24 dB [0 dB]
    param mute (a channel): off, on [off]
mixer
    port in: 1 to 1024 channels [in]
    port out: 1 to 2 channels [out]
    setting outputs: 1 to 2 [2]
    param gain (a channel): off, -90 dB to 24 dB [0 dB]
    param pan (a channel): -100 % to 100 % [0 %]
    param mute (a channel): off, on [off]
matrix
    port in: 1 to 1024 channels [in]
    port out: 1 to 1024 channels [out]
    setting outputs: 1 to 1024 [required]
    setting preset: identity, none [identity]
    param gain (a crosspoint): off, -90 dB to 24 dB [0 dB from n to n, else off]
pan
    port in: 1 to 2 channels [in]
    port out: 1 to 1024 channels [out]
    setting outputs: 1 to 1024 [2]
    setting law: power, linear [power]
    param pan: -100 % to 100 % [0 %]
    param spread: 0 % to 100 % [50 %]
biquad
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting kind: lowpass, highpass, bandpass, notch, allpass, peak, lowshelf, highshelf [lowpass]
    param freq: 1 Hz to 0.49 of the rate [1000 Hz]
    param q: 0.1 to 100 [0.707]
    param gain: -24 dB to 24 dB [0 dB]
eq
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting kinds: lowpass, highpass, bandpass, notch, allpass, peak, lowshelf, highshelf, ... [required]
    param freq (an item): 1 Hz to 0.49 of the rate [1000 Hz]
    param q (an item): 0.1 to 100 [0.707]
    param gain (an item): -24 dB to 24 dB [0 dB]
freeverb
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting spread: 0 to 1000 [0]
    param size: 0 % to 100 % [50 %]
    param damp: 0 % to 100 % [50 %]
    param mix: 0 % to 100 % [50 %]
delay
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting max: above 0 s to 60 s [2s]
    param time: 0 s to 60 s [0.25 s]
    param feedback: -100 % to 100 % [0 %]
    param mix: 0 % to 100 % [50 %]
compressor
    port in: 1 to 1024 channels [in]
    port sidechain: 1 to 1024 channels [in, optional]
    port out: as many channels as the input [out]
    setting lookahead: 0 s to 0.025 s [0ms]
    setting link: on, off [on]
    param threshold: -80 dB to 0 dB [-20 dB]
    param ratio: 1 to 100 [2]
    param attack: 0 s to 1 s [0.01 s]
    param release: 0 s to 5 s [0.1 s]
    param knee: 0 dB to 40 dB [6 dB]
    param makeup: off, -24 dB to 24 dB [0 dB]
    meter reduction (a channel): dB
gate
    port in: 1 to 1024 channels [in]
    port sidechain: 1 to 1024 channels [in, optional]
    port out: as many channels as the input [out]
    setting lookahead: 0 s to 0.025 s [0ms]
    setting link: on, off [on]
    param threshold: -120 dB to 0 dB [-50 dB]
    param hysteresis: 0 dB to 40 dB [3 dB]
    param attack: 0 s to 1 s [0.001 s]
    param hold: 0 s to 60 s [0.05 s]
    param release: 0 s to 5 s [0.05 s]
    param range: off, -90 dB to 0 dB [off]
    trigger opened: given
    trigger closed: given
limiter
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    setting lookahead: 0 s to 0.025 s [5ms]
    setting link: on, off [on]
    param ceiling: off, -60 dB to 0 dB [-1 dB]
    param release: 0 s to 5 s [0.05 s]
    meter reduction (a channel): dB
dc-block
    port in: 1 to 1024 channels [in]
    port out: as many channels as the input [out]
    param freq: 0.1 Hz to 100 Hz [5 Hz]
meter
    port in: 1 to 1024 channels [in]
    setting every: above 0 s to 60 s [100ms]
    param threshold: -120 dB to 24 dB [-40 dB]
    param hold: 0 s to 3600 s [0.5 s]
    trigger above: given
    trigger below: given
    meter peak (a channel): dB
    meter rms (a channel): dB
    meter clips (a channel)
file-recorder
    port in: 1 to 1024 channels [in]
    setting file: text [required]
    setting format: text [-]
    setting files: one, per-channel [one]
    setting labels: text, ... [-]
    setting start: control, level, auto [control]
    setting stop: control, level [control]
    setting start-level: -200 dB to 40 dB [-40dB]
    setting stop-level: -200 dB to 40 dB [-50dB]
    setting hold: 0 s to 86400 s [3s]
    setting length: 0 s to 1000000000 s [-]
    setting preroll: 0 s to 3600 s [0s]
    setting rotate: number s, ... [-]
    setting rotate-at: length, clock [length]
    setting buffer: 0.05 s to 3600 s [5s]
    setting gap: silence, split, stop [silence]
    setting gap-limit: 0.001 s to 86400 s [10s]
    setting dither: off, tpdf [off]
    setting nan: zero, keep [zero]
    setting quality: 0 % to 100 % [-]
    setting align: on, off [on]
    setting utc: on, off [off]
    setting tag.KEY: text [-]
    setting fileformat: 0 to 7 [-]
    setting sampletype: 0 to 6 [-]
    trigger record: taken
    trigger stop: taken
    trigger toggle: taken
    trigger mark: taken
    trigger split: taken
    trigger started: given
    trigger stopped: given
    trigger gap: given
    trigger failed: given
table-recorder
    port in: 1 to 1024 channels [in]
    setting table: name of a table [required]
    setting mode: once, loop, overdub [once]
    setting fade: 0 s to 3600 s [0s]
    setting fade-law: linear, trig [linear]
    setting length: 0 s to 86400 s [-]
    setting stop-fade: 0 s to 3600 s [-]
    param feedback: -100 % to 100 % [0 %]
    trigger record: taken
    trigger stop: taken
    trigger toggle: taken
    trigger undo: taken
    trigger clear: taken
    trigger started: given
    trigger stopped: given
    trigger done: given
    trigger loop: given
table-writer
    port in: 1 to 1024 channels [in]
    port position: 1 channel [in, optional]
    setting table: name of a table [required]
    setting mode: position, changes [position]
    setting start: auto, trigger [auto]
    setting max-jump: 0 to 1024 [1024]
    trigger record: taken
    trigger stop: taken
    trigger toggle: taken
    trigger started: given
    trigger stopped: given
    trigger done: given
ladspa
    port in: 1 to 1024 channels [in, optional]
    port out: 1 to 1024 channels [out]
    setting plugin: text [required]
    setting tail: 0 s to 3600 s [2s]
lv2
    port in: 1 to 1024 channels [in, optional]
    port sidechain: 1 to 1024 channels [in, optional]
    port out: 1 to 1024 channels [out]
    setting plugin: text [required]
    setting preset: text [-]
    setting tail: 0 s to 3600 s [2s]
"""
# Built where what they bridge to is there.
BRIDGES = {"ladspa", "lv2"}

# Settings of a recorder that say how hard it tries to keep a take; not part of what is held here.
SAFETY = {"sync", "reserve", "min-free", "failover", "rate-change"}


def promised():
    """The lines of each type."""
    types = {}
    for line in STOCK.strip().splitlines():
        if line.startswith(" "):
            types[list(types)[-1]].append(line.strip())
        else:
            types[line] = []
    return types


def lines_of(page):
    for part in ("ports", "settings", "params", "triggers", "meters"):
        for entry in page[part]:
            if page["id"] == "file-recorder" and part == "settings" and entry["name"] in SAFETY:
                continue
            text = f"{part[:-1]} {entry['name']}: {entry['range'].strip()}".rstrip(": ")
            yield text + (f" [{entry['default']}]" if entry["default"] else "")


def built(build):
    return {path.stem for path in (build / "modules").iterdir() if path.suffix in (".so", ".dll")}


@pytest.mark.parametrize("name", promised())
def test_type_is_as_promised(graphophone, name, build):
    if name in BRIDGES and name not in built(build):
        pytest.skip(f"{name} is not built here")
    page = json.loads(graphophone("describe", name, "--json").stdout)
    assert list(lines_of(page)) == promised()[name]
    assert all(entry["doc"] for part in ("ports", "settings", "params", "triggers", "meters") for entry in page[part])


def test_no_module_is_forgotten(build):
    built_in = {"input", "output", "table", "feedback"}
    assert built(build) | built_in | BRIDGES == set(promised())

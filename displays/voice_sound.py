"""Sound as voices are made of: mono, 16 bits; measuring, trimming, joining and writing it, and the chime."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

RATE = 22_050
"""Samples a second of the packs that we build."""
FULL = 32_767
PEAK = 0.8
"""How loud (of full scale) the loudest sample of a token is made."""
QUIET = 0.02
"""Below this part of full scale it is silent."""
BLOCK = 0.01
"""Seconds looked at as one."""
EDGE = 0.008
"""Seconds of a soft edge at both ends of a token: a hard cut clicks."""


class Unfit(ValueError):
    """This is no sound that a voice can be made of."""


class Sound(msgspec.Struct, frozen=True):
    """Mono samples of 16 bits at a rate."""

    samples: array[int]
    rate: int = RATE

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """Its loudest sample, of full scale."""
        return _loudest(self.samples) / FULL


def read_wav(data: bytes) -> Sound:
    """A WAV file's sound. Raises Unfit for anything but mono PCM of 16 bits."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            shape = (file.getnchannels(), file.getsampwidth())
            rate, frames = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise Unfit(f"no WAV file: {error}") from None
    if shape != (1, 2):
        raise Unfit(f"must be mono with 16 bits, not {shape[0]} channels with {8 * shape[1]} bits")
    samples = array("h", frames[: len(frames) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return Sound(samples, rate)


def write_wav(sound: Sound) -> bytes:
    """A sound as a WAV file."""
    samples = sound.samples
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def sound_in(path: Path) -> Sound:
    """The sound of a file. Raises Unfit and OSError."""
    return read_wav(path.read_bytes())


def loud_span(sound: Sound, quiet: float = QUIET) -> tuple[int, int]:
    """From which sample to which (not included) something is heard; (0, 0) for silence."""
    floor = quiet * FULL
    loud = [n for n, block in _blocks(sound) if _loudest(block) > floor]
    if not loud:
        return (0, 0)
    size = _block(sound)
    first = next(n for n in range(loud[0], loud[0] + size) if abs(sound.samples[n]) > floor)
    end = min(loud[-1] + size, len(sound.samples))
    last = next(n for n in range(end - 1, -1, -1) if abs(sound.samples[n]) > floor)
    return (first, last + 1)


def _block(sound: Sound) -> int:
    return max(1, round(BLOCK * sound.rate))


def _blocks(sound: Sound) -> Iterator[tuple[int, array[int]]]:
    """A sound in blocks of 10 ms, each with its place: looking at every sample takes seconds."""
    size = _block(sound)
    return ((n, sound.samples[n : n + size]) for n in range(0, len(sound.samples), size))


def _loudest(samples: array[int]) -> int:
    most, least = max(samples, default=0), min(samples, default=0)
    return max(most, -least)


def trimmed(sound: Sound) -> Sound:
    """Without the silence around it, with soft edges."""
    first, last = loud_span(sound)
    margin = round(EDGE * sound.rate)
    samples = sound.samples[max(0, first - margin) : last + margin]
    edge = min(margin, len(samples) // 2)
    for n in range(edge):
        samples[n] = samples[n] * n // edge
        samples[-1 - n] = samples[-1 - n] * n // edge
    return Sound(samples, sound.rate)


def levelled(sound: Sound, peak: float = PEAK) -> Sound:
    """As loud as every other token."""
    factor = peak / sound.peak if sound.peak else 0.0
    return Sound(array("h", (round(sample * factor) for sample in sound.samples)), sound.rate)


def silence(seconds: float, rate: int = RATE) -> Sound:
    """A rest."""
    return Sound(array("h", bytes(2 * round(seconds * rate))), rate)


def joined(sounds: Iterable[Sound], rate: int = RATE) -> Sound:
    """Sounds of one rate, one after the other."""
    samples = array("h")
    for sound in sounds:
        if sound.rate != rate:
            raise Unfit(f"{sound.rate} samples a second cannot be joined to {rate}")
        samples += sound.samples
    return Sound(samples, rate)


def longest_gap(sound: Sound) -> float:
    """The longest silence (s) between what is heard of a sound, to 20 ms."""
    first, last = loud_span(sound)
    floor, longest, run = QUIET * FULL, 0, 0
    for _, block in _blocks(Sound(sound.samples[first:last], sound.rate)):
        run = 0 if _loudest(block) > floor else run + 1
        longest = max(longest, run)
    return longest * _block(sound) / sound.rate


def chime(rate: int = RATE) -> Sound:
    """Two soft bell tones, falling (E5, C5): made here, so that it is ours to give away."""
    length = round(0.62 * rate)
    out = array("h")
    for n in range(length):
        value = sum(_bell(n / rate - begin, tone) for begin, tone in ((0.0, 659.26), (0.22, 523.25)))
        fade = min(1.0, (length - 1 - n) / (0.06 * rate))
        out.append(round(0.36 * FULL * value * fade))
    return Sound(out, rate)


def _bell(t: float, tone: float) -> float:
    """A struck bell: partials that die away, the higher ones sooner."""
    if t < 0:
        return 0.0
    attack = min(1.0, t / 0.004)
    partials = ((1.0, 1.0, 6.0), (2.0, 0.35, 9.0), (3.01, 0.12, 14.0))
    return attack * sum(
        part * math.exp(-decay * t) * math.sin(2 * math.pi * tone * ratio * t)
        for ratio, part, decay in partials
    )

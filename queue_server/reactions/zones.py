"""What a voice zone must say, read from the day: pure, so that any process comes to the same queue."""

from __future__ import annotations

from collections.abc import Iterator

from displays.voice import RYEONG, Reading, Utterance, Waiting
from displays.voice_pack import Pack
from queue_server.hall.day import Day
from queue_server.hall.model import CALLED, Ticket
from queue_server.hall.model import Utterance as Made


def zones_of(day: Day) -> frozenset[str]:
    """The voice zones of a hall's windows."""
    return frozenset(window.zone for window in day.windows.values() if window.zone)


def reading_of(day: Day) -> Reading:
    """How the hall has its calls read; without languages of its own, as its boards are written."""
    agreed = day.plan.voice
    spoken = agreed.languages or tuple(lang for lang in day.plan.languages if lang != "en")
    return Reading(spoken, agreed.korean_zero, agreed.chime, agreed.twice)


def calls_to_speak(day: Day, zone: str) -> list[Waiting]:
    """The newest call of everyone who is called in the zone; an older one that still waited is replaced."""
    calls = []
    for ticket in _present(day, zone):
        if ticket.state != CALLED or not ticket.calls:
            continue
        place = ticket.calls[-1].seq
        for call in reversed(ticket.calls):
            if call.spoken_at is not None:
                break
            place = call.seq
        calls.append(_waiting(day, ticket, ticket.calls[-1], place))
    return calls


def unspoken(day: Day, zone: str) -> list[Waiting]:
    """Every call of those who stand at the zone's windows of which the log does not say that it was heard."""
    return [
        _waiting(day, ticket, call, call.seq)
        for ticket in _present(day, zone)
        for call in ticket.calls
        if call.spoken_at is None
    ]


def stands(day: Day, call: Waiting) -> bool:
    """Whether a call was not taken back: its visitor is called or served at that window."""
    window = day.windows.get(call.window)
    return day.date == call.date and window is not None and window.present == day.numbers.get(call.number)


def last_heard(day: Day, zone: str) -> int | None:
    """When the zone's voice was heard last today (ms)."""
    windows = {number for number, window in day.windows.items() if window.zone == zone}
    heard = [
        call.spoken_at
        for ticket in day.tickets.values()
        if ticket.window in windows
        for call in ticket.calls
        if call.spoken_at is not None
    ]
    return max(heard, default=None)


def clip_url(base: str, pack: Pack, said: Utterance, zero: str) -> str:
    """Where an utterance's clip is: its address names the pack by its content, so it never changes."""
    style = "ko-ryeong" if said.lang == "ko" and zero == RYEONG else said.lang
    return f"{base}/{pack.version}/{style}/{'chime-' * said.chime}{said.call.number}-{said.call.window}.wav"


def _present(day: Day, zone: str) -> Iterator[Ticket]:
    for window in day.windows.values():
        if window.zone == zone and window.present:
            yield day.tickets[window.present]


def _waiting(day: Day, ticket: Ticket, call: Made, place: int) -> Waiting:
    assert ticket.window is not None
    return Waiting(
        day.date, call.seq, place, ticket.number, ticket.window, call.at, ticket.language, call.spoken_at
    )

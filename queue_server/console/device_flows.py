"""The hall's devices at the manager's console: a new one is let in by its code, one is taken back.

A code is picked, never typed: the manager compares it with what stands on the screen. What the devices are
called stands in the hall file, so a new one is named by picking its entry there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from queue_server import wire
from queue_server.console.choices import Choice
from queue_server.console.requests import Request
from queue_server.console.scene import FloorScene, minutes
from queue_server.console.words import say

ENROLLABLE = ("board", "sign", "kiosk", "pad")
"""Kinds of devices that show a code; LED strips and printers are reached at their address."""
HALL_BOARD = wire.DeviceLine("board", "board", "", enrolled=False, state="never")
"""The board of the whole hall, which needs no entry in the hall file."""


class Caretaker(Protocol):
    """The manager, as these flows see one. An answer is None when the manager goes back."""

    @property
    def scene(self) -> FloorScene:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def enrolments(self) -> wire.Enrolments:
        """The codes that wait now. Raises NotDone."""

    async def devices(self) -> wire.Devices:
        """The hall's devices. Raises NotDone."""

    async def send(self, request: Request) -> wire.Done:
        """Ask the hall. Raises NotDone."""


async def look_after_devices(manager: Caretaker) -> str:
    """Answer one code or take one device back; what was done, "" when nothing was. Raises NotDone."""
    lang = manager.scene.lang
    while True:
        waiting, devices = await manager.enrolments(), (await manager.devices()).devices
        codes = {f"code:{each.code}": each for each in waiting.waiting}
        known = {f"device:{each.id}": each for each in devices if each.enrolled}
        choices = [Choice(key, *_of_code(each, waiting, lang)) for key, each in codes.items()]
        choices += [Choice("again", say("pick.look_again", lang))]
        choices += [Choice(key, *_of_device(each, lang)) for key, each in known.items()]
        about = say("pick.devices" if codes else "pick.devices_none", lang)
        picked = await manager.pick(say("title.devices", lang), choices, about)
        if picked is None:
            return ""
        if picked in codes:
            done = await _answer(manager, codes[picked].code, devices)
        elif picked in known:
            done = await _take_back(manager, known[picked].id)
        else:
            continue
        if done:
            return done


async def _answer(manager: Caretaker, code: str, devices: Sequence[wire.DeviceLine]) -> str:
    """Say which device it is that shows a code, or that it is none of ours."""
    lang, written = manager.scene.lang, spelt(code)
    if all(each.id != HALL_BOARD.id for each in devices):
        devices = [HALL_BOARD, *devices]
    ours = sorted((d for d in devices if d.kind in ENROLLABLE), key=lambda d: d.enrolled)
    choices = [Choice(f"device:{each.id}", *_of_device(each, lang)) for each in ours]
    choices.append(Choice("refuse", say("pick.refuse_device", lang)))
    picked = await manager.pick(say("title.enrol", lang, code=written), choices, say("pick.enrol_as", lang))
    if picked is None:
        return ""
    if picked == "refuse":
        await manager.send(Request("refuse_device", f"enrolments/{code}/refuse"))
        return say("did.refuse_device", lang, code=written)
    device = picked.removeprefix("device:")
    await manager.send(Request("enrol", f"enrolments/{code}/confirm", wire.Confirm(device)))
    return say("did.enrol", lang, device=device)


async def _take_back(manager: Caretaker, device: str) -> str:
    """Take a device's tokens back; asked twice, for it goes dark at once."""
    lang = manager.scene.lang
    no = Choice("no", say("pick.revoke_no", lang))
    yes = Choice("yes", say("pick.revoke_yes", lang))
    title = say("title.revoke_device", lang, device=device)
    if await manager.pick(title, [no, yes], say("pick.revoke", lang)) != "yes":
        return ""
    await manager.send(Request("revoke_device", f"devices/{device}/revoke"))
    return say("did.revoke_device", lang, device=device)


def spelt(code: str) -> str:
    """A code in two halves, as it stands on the screen."""
    return f"{code[: len(code) // 2]} {code[len(code) // 2 :]}"


def _of_code(one: wire.WaitingCode, told: wire.Enrolments, lang: str) -> tuple[str, str]:
    """A waiting code as a line: the code as it stands on the screen; since when and from where."""
    ago = minutes(told.answered_at - one.since)
    since = say("pick.asked" if ago else "pick.asked_now", lang, n=ago, address=one.address)
    return say("pick.new_device", lang, code=spelt(one.code)), since


def _of_device(one: wire.DeviceLine, lang: str) -> tuple[str, str]:
    """A device as a line: its name and place; its kind, and how it is once it was let in."""
    kind = say(f"device.{one.kind}", lang)
    state = say(f"device.{one.state}", lang) if one.enrolled else say("pick.not_enrolled", lang)
    place = one.place or (say("pick.whole_hall", lang) if one.id == HALL_BOARD.id else "")
    return f"{one.id}  {place}".rstrip(), f"{kind}  {state}"

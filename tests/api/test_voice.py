"""The voice of a zone over real sockets: each call once, in order, by one loudspeaker, and then a fact."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from displays.voice_sound import read_wav
from queue_server.hall import commands as do
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Refused
from queue_server.reactions import speaking
from tests.api.hall import Served, served
from tests.api.loudspeaker import ZONE, Loudspeaker, asked, called, seated, voiced
from tests.displays.voices import pack, short_pack
from tests.waiting import wait_until

LONG = 20.0


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    async with served(store_url, hall_id, voiced(), voice=pack()) as one:
        yield one


def spoken(hall: Served) -> list[str]:
    """The numbers of all calls that the log says were spoken, in the order of the calls."""
    calls = [
        (call.seq, ticket.number)
        for ticket in hall.day.tickets.values()
        for call in ticket.calls
        if call.spoken_at is not None
    ]
    return [number for _, number in sorted(calls)]


@pytest.mark.proves("S19")
async def test_five_calls_at_once_are_each_spoken_once_in_order_with_the_number_shown(hall: Served) -> None:
    windows = (3, 8, 10, 12, 25)
    await seated(hall, *windows)
    speaker = Loudspeaker()
    async with speaker.on(hall):
        answers = await called(hall, *windows)
        await wait_until(lambda: len(spoken(hall)) == 5, LONG)
    in_order = [(a.number, a.window) for a in sorted(answers, key=lambda a: a.seq)]
    shown = {(c["number"], c["window"]) for c in (await hall.get("", "/board")).json()["current"]}
    assert [(order["number"], order["window"]) for order in speaker.heard] == in_order
    assert shown == set(in_order)
    for order in speaker.heard:
        clip = await hall.client.get(order["clip"])
        assert "immutable" in clip.headers["cache-control"]
        expected = pack().call("zh", order["number"], order["window"], chimed=True)
        assert read_wav(clip.content).samples == expected.samples


@pytest.mark.proves("D21")
async def test_twenty_four_windows_in_one_zone_are_all_heard_before_anything_is_said_again(
    store_url: str, hall_id: str
) -> None:
    plan = voiced(("zh", "ko"), twice=True, calls_before_miss=1, miss_gap=0)
    async with served(store_url, hall_id, plan, voice=pack()) as hall:
        windows = range(1, 25)
        await seated(hall, *windows)
        speaker = Loudspeaker(at_once=False)
        async with speaker.on(hall):
            answers = {answer.window: answer for answer in await called(hall, *windows)}
            for _ in windows:
                await wait_until(lambda: speaker.waiting is not None, LONG)
                assert speaker.waiting is not None
                answer = answers[speaker.waiting["window"]]
                assert await miss(hall, answer) == "calls_missing"
                await speaker.end()
                await noted(hall, answer.number)
                missed = speaker.numbers[:1] == [answer.number]
                assert not missed or await miss(hall, answer) == ""
            await wait_until(lambda: speaker.waiting is not None, LONG)
        in_order = [answer.number for answer in sorted(answers.values(), key=lambda answer: answer.seq)]
        assert speaker.numbers[:24] == in_order
        assert [order["lang"] for order in speaker.heard] == ["zh"] * 24 + ["ko"]


async def noted(hall: Served, number: str) -> None:
    """Wait until the log says that a number's call was spoken."""
    await wait_until(lambda: number in spoken(hall), LONG)


async def miss(hall: Served, answer: Answer) -> str:
    """The clerk presses the miss key; why it is refused, "" when it is not."""
    try:
        await asked(hall, f"staff:{answer.window}", do.MarkAbsent(ticket=answer.ticket))
    except Refused as refusal:
        return refusal.code
    return ""


async def test_with_time_the_other_language_and_the_repetition_follow(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, voiced(("zh", "ko"), twice=True), voice=pack()) as hall:
        await seated(hall, 3, 8)
        speaker = Loudspeaker()
        async with speaker.on(hall):
            await called(hall, 3, 8)
            await wait_until(lambda: len(speaker.heard) == 8, LONG)
        turns = [order["lang"] + order["id"][-1] for order in speaker.heard]
        assert turns == ["zh1", "zh1", "ko1", "ko1", "zh2", "zh2", "ko2", "ko2"]
        assert len({order["id"] for order in speaker.heard}) == 8


@pytest.mark.proves("S17", "D22")
async def test_a_call_that_is_undone_is_not_spoken_and_the_next_one_is(hall: Served) -> None:
    await seated(hall, 3, 8)
    speaker = Loudspeaker(at_once=False)
    async with speaker.on(hall):
        (first,) = await called(hall, 3)
        await wait_until(lambda: speaker.waiting is not None, LONG)
        (second,) = await called(hall, 8)
        key = hall.day.tickets[second.ticket].key
        await asked(hall, "staff:8", do.Undo(ticket=second.ticket))  # before its turn
        await asked(hall, "staff:3", do.Undo(ticket=first.ticket))  # while it is being said
        await wait_until(lambda: speaker.hushed, LONG)
        assert hall.day.tickets[second.ticket].key == key
        board = (await hall.get("", "/board")).json()
        assert {c["number"] for c in board["recent"] if c["state"] == "wait"} == {first.number, second.number}
        speaker.at_once = True
        (again,) = await called(hall, 3)
        await noted(hall, again.number)
    assert speaker.numbers == [first.number, again.number]
    assert spoken(hall) == [again.number]


@pytest.mark.proves("S17")
async def test_a_visitor_gone_before_the_announcement_does_not_silence_the_window(hall: Served) -> None:
    await seated(hall, 3, 8)
    speaker = Loudspeaker(at_once=False)
    async with speaker.on(hall):
        (first,) = await called(hall, 8)
        await wait_until(lambda: speaker.waiting is not None, LONG)
        (gone,) = await called(hall, 3)  # has to wait for its turn
        await asked(hall, "staff:3", do.Cancel(ticket=gone.ticket, staff=True, reason="left"))
        (later,) = await called(hall, 3)
        speaker.at_once = True
        await speaker.end()
        await noted(hall, later.number)
    assert speaker.numbers == [first.number, later.number]
    assert spoken(hall) == [first.number, later.number]


@pytest.mark.proves("S25")
async def test_a_recall_is_spoken_again_and_replaces_one_that_still_waits(hall: Served) -> None:
    await seated(hall, 3, 8)
    speaker = Loudspeaker(at_once=False)
    async with speaker.on(hall):
        (first,) = await called(hall, 3)
        (second,) = await called(hall, 8)
        await wait_until(lambda: speaker.waiting is not None, LONG)
        await asked(hall, "staff:3", do.Recall(ticket=first.ticket))  # it is being said: it is said once more
        await asked(hall, "staff:8", do.Recall(ticket=second.ticket))  # it waits: only the newest is said
        await asked(hall, "staff:8", do.Recall(ticket=second.ticket))
        speaker.at_once = True
        await speaker.end()
        await wait_until(lambda: len(spoken(hall)) == 3, LONG)
    assert speaker.numbers == [first.number, second.number, first.number]
    calls = hall.day.tickets[second.ticket].calls
    assert [call.spoken_at is not None for call in calls] == [False, False, True]
    assert speaker.heard[1]["id"].startswith(f"{hall.day.date}/{calls[-1].seq}.")


@pytest.mark.proves("S20")
async def test_calls_made_while_the_loudspeaker_was_away_are_spoken_once_if_they_are_young(
    hall: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(hall, 3, 8, 9, 10)
    speaker = Loudspeaker()
    (old,) = await called(hall, 3)
    live = hall.site.halls[hall.hall]
    clock = live.clock
    monkeypatch.setattr(live, "clock", lambda: clock() + 61_000)
    young = await called(hall, 8, 9, 10)
    async with speaker.on(hall):
        await wait_until(lambda: len(spoken(hall)) == 3, LONG)
    async with speaker.on(hall):
        (last,) = await called(hall, 3) if await free(hall, 3, old.ticket) else []
        await noted(hall, last.number)
    in_order = [answer.number for answer in sorted(young, key=lambda answer: answer.seq)]
    assert speaker.numbers == [*in_order, last.number]
    assert old.number not in spoken(hall)


async def free(hall: Served, window: int, ticket: str) -> bool:
    """The visitor of a window comes and is served."""
    await asked(hall, f"staff:{window}", do.Start(ticket=ticket))
    await asked(hall, f"staff:{window}", do.Finish(ticket=ticket, outcomes=()))
    return True


async def test_one_of_two_loudspeakers_speaks_and_the_other_takes_over(hall: Served) -> None:
    await seated(hall, 3, 8)
    one, other = Loudspeaker(), Loudspeaker()
    async with other.on(hall):
        await wait_until(lambda: other.role == "active", LONG)
        async with one.on(hall):
            (first,) = await called(hall, 3)
            await noted(hall, first.number)
            other.sound = "blocked"
            await other.tell(type="here", sound="blocked")
            await wait_until(lambda: one.role == "active", LONG)
            (second,) = await called(hall, 8)
            await noted(hall, second.number)
    assert (other.numbers, one.numbers) == ([first.number], [second.number])


async def test_in_two_processes_one_loudspeaker_speaks_and_the_other_takes_over(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "LEASE", 2.0)
    plan = voiced()
    near, far = Loudspeaker(), Loudspeaker()
    async with (
        served(store_url, hall_id, plan, voice=pack()) as hall,
        served(store_url, hall_id, plan, voice=pack()) as second,
    ):
        await seated(hall, 3, 8)
        async with far.on(second):
            async with near.on(hall):
                await wait_until(lambda: "active" in (near.role, far.role), LONG)
                (first,) = await called(hall, 3)
                await noted(hall, first.number)
            (then,) = await called(hall, 8)
            await noted(hall, then.number)
    assert sorted(near.numbers + far.numbers) == sorted([first.number, then.number])
    assert far.numbers[-1] == then.number


async def test_what_a_dead_server_had_said_is_noted_by_the_next_and_not_said_again(
    store_url: str, hall_id: str
) -> None:
    speaker = Loudspeaker(at_once=False)
    async with served(store_url, hall_id, voiced(), voice=pack()) as hall:
        await seated(hall, 3, 8)
        async with speaker.on(hall):
            first, second = await called(hall, 3, 8)
            await wait_until(lambda: speaker.waiting is not None, LONG)
            await speaker.end(tell=False)  # it has been heard, and the server is gone before it is told
    said = speaker.numbers[0]
    speaker.at_once = True
    async with served(store_url, hall_id, voiced(), voice=pack()) as hall, speaker.on(hall):
        await wait_until(lambda: len(spoken(hall)) == 2, LONG)
    assert sorted(speaker.numbers) == sorted([first.number, second.number])
    assert speaker.numbers[0] == said


@pytest.mark.proves("S22")
async def test_a_loudspeaker_that_hangs_is_told_to_staff_and_the_miss_key_opens(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "GRACE", -3.0)
    monkeypatch.setattr(speaking, "RESTS", 1.0)
    plan = voiced(calls_before_miss=1, miss_gap=0)
    async with served(store_url, hall_id, plan, voice=pack()) as hall:
        await seated(hall, 3)
        hung = Loudspeaker(at_once=False)
        async with hung.on(hall):
            (answer,) = await called(hall, 3)

            async def alarms_now() -> Any:
                return (await hall.get("manager", "/health")).json()["alarms"]

            (alarm,) = await wait_until(alarms_now, LONG)
            assert alarm["code"] == "sound_off"
            assert ZONE in alarm["text"]["zh"]
            assert (await hall.get("manager", "/health")).json()["silent"] == [ZONE]
            assert (await hall.get("", "/board")).json()["current"][0]["number"] == answer.number
            await asked(hall, "staff:3", do.MarkAbsent(ticket=answer.ticket))
            hung.at_once = True
            (later,) = await called(hall, 3)
            await noted(hall, later.number)
        assert hall.day.now.broken_zones == ()


async def test_a_zone_in_which_nobody_speaks_does_not_hold_the_miss_key(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "SILENT_AFTER", 1.0)
    async with served(store_url, hall_id, voiced(calls_before_miss=1, miss_gap=0)) as hall:
        await seated(hall, 3)
        (answer,) = await called(hall, 3)
        await wait_until(lambda: hall.day.now.broken_zones == (ZONE,), LONG)
        await asked(hall, "staff:3", do.MarkAbsent(ticket=answer.ticket))


STRANGERS = (("kiosk", ZONE, 403), ("", ZONE, 401), ("no", ZONE, 401), ("board", "elsewhere", 404))


async def test_a_loudspeaker_must_be_let_in_and_know_its_zone(hall: Served) -> None:
    for token, zone, status in (
        ("kiosk", ZONE, 403),
        ("", ZONE, 401),
        ("no", ZONE, 401),
        ("board", "x", 404),
    ):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{hall.sockets}/zones/{zone}/live", additional_headers=headers):
                pass
        assert refused.value.response.status_code == status


NONSENSE = (
    '{"type":"done"}',
    "[]",
    "\x00",
    '{"type":"done","id":"never said","ago":-5}',
    b"\xff",
    "[" * 9000,
)


@pytest.mark.proves("S39")
async def test_what_is_no_word_of_a_loudspeaker_changes_nothing(hall: Served) -> None:
    await seated(hall, 3)
    speaker = Loudspeaker()
    async with speaker.on(hall):
        assert speaker.socket is not None
        for nonsense in NONSENSE:
            await speaker.socket.send(nonsense)
        (answer,) = await called(hall, 3)
        await wait_until(lambda: spoken(hall) == [answer.number], LONG)


@pytest.mark.parametrize(
    "path", ["zh/E001-3", "zh/A001-0", "zh/A001-1000", "fr/A001-3", "zh/a001-3", "zh/A00100200-3-4", "zh/-3"]
)
async def test_a_clip_of_nothing_is_not_there(hall: Served, path: str) -> None:
    assert (await hall.client.get(f"/voice/{pack().version}/{path}.wav")).status_code == 404


async def test_a_clip_under_another_voices_name_is_not_kept(hall: Served) -> None:
    answer = await hall.client.get("/voice/0123456789abcdef/ko-ryeong/chime-A001-3.wav")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    expected = pack().call("ko", "A001", 3, "령", chimed=True)
    assert read_wav(answer.content).samples == expected.samples


async def test_a_kiosk_is_told_which_of_its_sentences_the_halls_voice_says_and_gets_them(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, voice=short_pack()) as hall:
        page = (await hall.client.get(f"/kiosk/{hall_id}")).text
        told = json.loads(page.split('id="kiosk-config">')[1].split("</script>")[0])["voice"]
        assert told["said"] == {"zh": ["choose"], "ko": [], "en": []}, "one text is no longer the page's"
        for name, seconds in (("prompts/choose", 0.3), ("numbers/A023", 4 * 0.04)):
            clip = await hall.client.get(f"{told['base']}/zh/{name}.wav")
            assert "immutable" in clip.headers["cache-control"]
            sound = read_wav(clip.content)
            assert seconds <= len(sound.samples) / sound.rate < seconds + 0.2
        for lacking in (
            "zh/prompts/held",
            "ko/prompts/choose",
            "zh/numbers/EIO",
            "xx/prompts/choose",
            "zh/others/a",
        ):
            assert (await hall.client.get(f"{told['base']}/{lacking}.wav")).status_code == 404, lacking


async def test_without_a_voice_the_kiosk_says_all_by_itself(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        page = (await hall.client.get(f"/kiosk/{hall_id}")).text
        assert '"voice":{"base":"","said":{}}' in page
        assert (await hall.client.get("/voice/none/zh/prompts/choose.wav")).status_code == 404

"""A board that speaks, in a real browser: its Web Audio graph says what was heard, when, of which call."""

from __future__ import annotations

import itertools
import math
import re
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from displays import voice_pack
from displays.voice_pack import Pack
from displays.voice_sound import FULL, RATE, Sound, write_wav
from queue_server.hall import commands as do
from queue_server.hall.plan import Plan, Screen
from queue_server.reactions import speaking
from tests.api.loudspeaker import ZONE, voiced
from tests.browser.voice_hall import LONG, OBSERVER, VoiceHall, heard, likeness, shape
from tests.displays.voices import hurried_pack, pack, short_pack
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(180)
Make = Callable[..., VoiceHall]


@pytest.fixture(autouse=True)
def no_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rests between words are measured elsewhere (test_voice_sound.py); here they only cost time."""
    for rest in ("BETWEEN_TOKENS", "BETWEEN_GROUPS", "AFTER_CHIME"):
        monkeypatch.setattr(voice_pack, rest, 0.005)


@pytest.fixture
def make(store_url: str, hall_id: str) -> Iterator[Make]:
    """Make a hall with a voice; it has ended afterwards."""
    halls: list[VoiceHall] = []

    def made(plan: Plan | None = None, voice: Pack | None = None) -> VoiceHall:
        halls.append(VoiceHall(store_url, hall_id, plan or voiced(), voice or short_pack()))
        return halls[-1].start()

    yield made
    for hall in halls:
        hall.stop()


def speaking_board(page: Page, hall: VoiceHall) -> None:
    """Open the board as the zone's loudspeaker."""
    page.add_init_script(path=OBSERVER)
    page.goto(hall.url())
    page.wait_for_selector("body[data-voice=active]")


def calls_of(page: Page) -> list[str]:
    return [clip["call"] for clip in heard(page)]


@pytest.mark.proves("S19")
def test_five_calls_at_once_are_shown_and_each_is_heard_once_in_order(page: Page, make: Make) -> None:
    hall = make(voice=hurried_pack())
    hall.seat(1, 3, 8, 12, 25)
    speaking_board(page, hall)
    answers = hall.call(1, 3, 8, 12, 25)
    wanted = [f"{answer.number}-{answer.window}" for answer in answers]
    seen: set[str] = set()  # some on the board's second page

    def spoken() -> bool:
        seen.update(shown(page))
        return hall.spoken() == 5 and len(seen) == 5

    wait_for(spoken, 60)
    assert seen == {call.replace("-", ">") for call in wanted}
    clips = heard(page)
    assert [clip["call"] for clip in clips] == wanted
    assert all(clip["sounds"] for clip in clips)
    for before, after in itertools.pairwise(clips):
        assert before["end"] >= before["begin"] + before["seconds"] - 0.05
        assert after["begin"] >= before["end"]
    expected = {
        f"{answer.number}-{answer.window}": shape(
            hurried_pack().call("zh", answer.number, answer.window, chimed=True)
        )
        for answer in answers
    }
    for clip in clips:
        nearest = min(expected, key=lambda call: likeness(clip["shape"], expected[call]))
        assert nearest == clip["call"]
        assert likeness(clip["shape"], expected[nearest]) < 0.05


def shown(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.call:not([hidden])')].map((row) => row.dataset.key)"
    )
    return found


@pytest.mark.proves("S21")
def test_a_board_of_a_zone_speaks_once_it_was_let_in_and_the_fleet_knows_that_it_is_heard(
    page: Page, make: Make
) -> None:
    hall = make(replace(voiced(), screens=(Screen(id="speaks", zone=ZONE), Screen(id="silent"))))
    hall.seat(3)
    page.add_init_script(path=OBSERVER)
    page.goto(hall.page("screens/speaks"))
    page.wait_for_selector("body[data-link=fresh]")
    assert page.locator("body[data-voice]").count() == 0, "nobody has let it in"
    page.goto(hall.page("enrol"))
    expect(page.locator(".code")).to_be_visible()
    code = page.locator(".code").inner_text().replace(" ", "")
    hall.post(f"enrolments/{code}/confirm", {"device": "speaks"})
    page.wait_for_url("**/screens/speaks")
    page.wait_for_selector("body[data-voice=active]")
    [answer] = hall.call(3)
    wait_for(lambda: hall.spoken() == 1, LONG)
    assert calls_of(page) == [f"{answer.number}-3"]

    def sound() -> str:
        devices = hall.get("/devices", "manager")["devices"]
        return next(str(one["sound"]) for one in devices if one["id"] == "speaks")

    wait_for(lambda: sound() == "on", 40)
    hall.post("devices/speaks/revoke", {})
    page.wait_for_url("**/enrol")


@pytest.mark.proves("D21")
def test_twenty_four_windows_in_two_languages_are_each_heard_once_before_anything_else(
    page: Page, make: Make
) -> None:
    hall = make(voiced(("zh", "ko"), twice=True))
    windows = range(1, 25)
    hall.seat(*windows)
    speaking_board(page, hall)
    answers = hall.call(*windows)
    wait_for(lambda: len(heard(page)) > 24, 120)
    first = heard(page)[:24]
    assert [clip["call"] for clip in first] == [f"{answer.number}-{answer.window}" for answer in answers]
    assert {clip["lang"] for clip in first} == {"zh"}
    assert heard(page)[24]["lang"] == "ko"
    assert hall.spoken() == 24


@pytest.mark.proves("S20")
def test_what_was_called_while_the_server_was_away_is_shown_and_heard_once(page: Page, make: Make) -> None:
    hall = make()
    hall.seat(3, 8, 9, 10)
    speaking_board(page, hall)
    (first,) = hall.call(3)
    wait_for(lambda: hall.spoken() == 1, LONG)
    other = make()  # another process of the same hall, on another port
    hall.stop()
    page.wait_for_selector("body[data-voice=away]")
    answers = other.call(8, 9, 10)
    hall.start()
    page.wait_for_selector("body[data-voice=active]", timeout=LONG * 1000)
    wait_for(lambda: hall.spoken() == 4, LONG)
    in_order = [f"{answer.number}-{answer.window}" for answer in (first, *answers)]
    assert calls_of(page) == in_order
    assert {call.replace("-", ">") for call in in_order} <= set(shown(page))
    page.reload()
    page.wait_for_selector("body[data-voice=active]", timeout=LONG * 1000)
    hall.ask(3, do.Recall(ticket=first.ticket))
    wait_for(lambda: hall.spoken() == 5, LONG)
    assert calls_of(page) == in_order[:1]  # since the reload only the recall was heard


@pytest.mark.proves("S25", "D22")
def test_an_undone_call_breaks_off_and_a_recall_is_heard_again(page: Page, make: Make) -> None:
    hall = make(voice=pack())
    hall.seat(3, 8)
    speaking_board(page, hall)
    (undone,) = hall.call(3)
    wait_for(lambda: len(heard(page)) == 1, LONG)
    hall.ask(3, do.Undo(ticket=undone.ticket))
    wait_for(lambda: heard(page)[0]["end"] > 0, LONG)
    clip = heard(page)[0]
    assert clip["end"] - clip["begin"] < clip["seconds"] - 0.1
    expect(page.locator("board-recent [data-state=wait] .number")).to_have_text(undone.number)
    expect(page.locator("board-notices")).to_contain_text(f"{undone.number}请稍候")
    (again,) = hall.call(8)
    wait_for(lambda: hall.spoken() == 1, LONG)
    hall.ask(8, do.Recall(ticket=again.ticket))
    wait_for(lambda: hall.spoken() == 2, LONG)
    assert calls_of(page)[1:] == [f"{again.number}-8"] * 2


MISSING = "delete window.AudioContext;"
BLOCKED = """
const state = { get: () => (window.touched ? 'running' : 'suspended') };
Object.defineProperty(AudioContext.prototype, 'state', state);
addEventListener('pointerdown', () => (window.touched = true));
"""
HUNG = "window.silent = true;"


@pytest.mark.proves("S22")
@pytest.mark.parametrize("trouble", [MISSING, BLOCKED, HUNG], ids=["missing", "blocked", "hung"])
def test_without_sound_the_picture_goes_on_and_staff_are_told_not_visitors(
    page: Page, make: Make, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(speaking, "SILENT_AFTER", 1.0)
    hall = make()
    hall.seat(3, 8)
    page.add_init_script(path=OBSERVER)
    page.add_init_script(trouble)
    page.goto(hall.url())
    page.wait_for_selector("body[data-link=fresh]")
    (answer,) = hall.call(3)
    wait_for(lambda: hall.silent, LONG)
    (later,) = hall.call(8)
    wait_for(lambda: shown(page) == [f"{later.number}>8", f"{answer.number}>3"], LONG)
    assert hall.get("/health", "manager")["silent"] == ["hall"]
    assert hall.spoken() == 0
    assert not re.search("声音|语音|音箱|소리|[Ss]ound|audio", page.locator("body").inner_text())


def test_a_touch_lets_a_blocked_board_speak(page: Page, make: Make) -> None:
    hall = make()
    hall.seat(3)
    page.add_init_script(path=OBSERVER)
    page.add_init_script(BLOCKED)
    page.goto(hall.url())
    page.wait_for_selector("body[data-sound=blocked]")
    page.mouse.click(5, 5)
    page.wait_for_selector("body[data-voice=active]")
    hall.call(3)
    wait_for(lambda: hall.spoken() == 1, LONG)


def test_the_sound_of_a_film_is_held_down_while_somebody_is_called(
    page: Page, make: Make, tmp_path: Path
) -> None:
    board = Screen(id="speaks", zone=ZONE, media=("tone.webm",))
    hall = make(replace(voiced(), screens=(board,)), pack())
    (tmp_path / hall.hall).mkdir()
    (tmp_path / hall.hall / "tone.webm").write_bytes(write_wav(TONE))
    hall.served.site.media = tmp_path
    hall.seat(3)
    page.add_init_script(path=OBSERVER)
    page.add_init_script(TAP)
    page.goto(f"{hall.page('screens/speaks')}#zone={ZONE}&token=board")
    page.wait_for_selector("body[data-voice=active]")
    expect(page.locator("board-media video")).to_be_visible()
    wait_for(lambda: page.evaluate(LEVEL)["film"] > 0.3, LONG)
    hall.call(3)

    def held_down() -> dict[str, float]:
        now: dict[str, float] = page.evaluate(LEVEL)
        return now if now["speaking"] and now["film"] < 0.06 else {}

    meanwhile = wait_for(held_down, LONG)
    assert meanwhile["film"] == pytest.approx(0.15 * 0.5 / math.sqrt(2), rel=0.2), "held down, not cut off"
    wait_for(lambda: page.evaluate(LEVEL)["film"] > 0.3, LONG)
    after = page.evaluate(LEVEL)
    assert after["at"] > meanwhile["at"], "the film itself goes on"
    assert not after["speaking"]
    wait_for(lambda: hall.spoken() == 1, LONG)


TONE = Sound(array("h", [round(FULL / 2 * math.sin(n / 8)) for n in range(RATE)] * 60), RATE)
"""A film's sound for the test: a steady tone, so that its loudness is one number."""
TAP = """{ const createGain = BaseAudioContext.prototype.createGain;
  BaseAudioContext.prototype.createGain = function () { const gain = createGain.call(this);
    gain.connect((window.tap = this.createAnalyser())); return gain; }; }"""
LEVEL = """() => { const wave = new Float32Array(tap.fftSize);
  tap.getFloatTimeDomainData(wave);
  return { film: Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length),
    speaking: heard.some((clip) => !clip.end), at: document.querySelector("video").currentTime }; }"""


@pytest.mark.proves("S21")
def test_a_speaking_board_shows_no_credential_and_comes_back_by_itself(page: Page, make: Make) -> None:
    hall = make()
    hall.seat(3)
    speaking_board(page, hall)
    hall.stop()
    page.wait_for_selector("body[data-voice=away]")
    assert page.url == hall.url(speaks=False)
    hall.start()
    page.wait_for_selector("body[data-voice=active]", timeout=LONG * 1000)
    hall.call(3)
    wait_for(lambda: hall.spoken() == 1, LONG)
    assert "bearer" not in page.content()


def test_a_board_without_a_zone_only_shows(page: Page, make: Make) -> None:
    hall = make()
    hall.seat(3)
    page.add_init_script(path=OBSERVER)
    page.goto(hall.url(speaks=False))
    page.wait_for_selector("body[data-link=fresh]")
    (answer,) = hall.call(3)
    wait_for(lambda: shown(page) == [f"{answer.number}>3"], LONG)
    assert page.evaluate("document.body.dataset.voice") is None

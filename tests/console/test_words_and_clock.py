"""The console's smallest parts: words made harmless and fitted, big digits, the hall's clock, why not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from queue_server.console import acts, back_acts, choices, digits, overview_acts
from queue_server.console.app import FLOWS
from queue_server.console.clock import REMEMBERED, HallClock
from queue_server.console.dialogs import HELP_ROOM, ROOM
from queue_server.console.scene import Scene, minutes, person, seconds
from queue_server.console.words import NARROW, cleaned, clock_time, fit, named, plain, say, wide
from queue_server.locale import sentences
from tests.console.moments import CALLED, HALL, ME, NOW, SERVING, ticket, view

LANGUAGES = ("zh", "ko", "en")
BEHIND = {
    "why.no_case", "why.case_travels", "why.case_is_here", "why.case_stopped", "why.supplemented",
    "why.nothing_owed", "why.papers_owed", "why.extended", "why.agent_full", "why.no_ticket",
    *(f"why.case_{state}" for state in (
        "accepted", "handling", "supplement", "ready", "issued", "returned", "withdrawn",
    )),
}  # fmt: skip
"""Reasons of a department's and of an agent's console."""
SCENE = Scene(lang="zh", window=8, now=NOW, hall=HALL, me=ME, view=view(), up=True, down="")


def showing(**more: object) -> Scene:
    """The console of window 8 while the hall shows this."""
    return replace(SCENE, view=view(**more))


# --- words -----------------------------------------------------------------------------------


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_a_text_never_needs_more_cells_than_there_are(text: str, width: int) -> None:
    text = plain(text)
    assert cell_len(fit(text, width)) <= width
    assert cell_len(wide(text, width)) == width


@given(st.text())
def test_no_text_from_outside_can_steer_a_terminal(text: str) -> None:
    kinds = {unicodedata.category(each) for each in plain(text)}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_everything_that_arrives_is_cleaned_however_deep_it_lies() -> None:
    given_ = {"name\x1b[2J": ["\u202eD001", {"zh": "开放\n窗口 — “A”"}], "n": 3, "none": None}
    assert cleaned(given_) == {"name[2J": ["D001", {"zh": '开放 窗口 - "A"'}], "n": 3, "none": None}


def test_every_kin_of_an_ambiguous_character_is_of_sure_width() -> None:
    for character, kin in NARROW.items():
        assert unicodedata.east_asian_width(character) == "A", character
        assert kin.isascii()


def test_a_name_falls_back_to_chinese_and_then_to_whatever_there_is() -> None:
    assert named({"zh": "窗口", "en": "Window"}, "en") == "Window"
    assert named({"zh": "窗口", "en": ""}, "en") == "窗口"
    assert named({"ko": "창구"}, "en") == "창구"
    assert named({}, "en") == ""


def test_times_and_stretches_read_as_people_say_them() -> None:
    assert [clock_time(s) for s in (-5, 0, 42, 725, 3723)] == ["0:00", "0:00", "0:42", "12:05", "1:02:03"]
    assert (minutes(-1), minutes(119_999), seconds(1999)) == (0, 1, 1)
    assert (person("staff:0008"), person("anna"), person("")) == ("0008", "anna", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_and_the_list_of_more_show_every_reason_whole(lang: str) -> None:
    facts = {"number": "D1000", "clerk": "0008", "n": 2, "seconds": 20, "window": 25}
    floor = [act for act in overview_acts.KEYS if act not in ("help", "more")]
    keys = (*acts.KEYS, "unpark", "resume", "open", "claim", *floor, "resume_line", "more_floor")
    tips = [say(f"tip.{act}", lang) for act in keys]
    more = [say(f"tip.{act}", lang) for act in (*acts.MORE, *overview_acts.MORE)]
    every = {key.removeprefix("console.") for key in sentences(lang) if key.startswith("console.why.")}
    whys = every - {"why.busy"} - BEHIND
    longest = max(cell_len(say(key, lang, **facts)) for key in whys)
    assert 6 + max(map(cell_len, tips)) + longest <= HELP_ROOM
    assert 8 + max(map(cell_len, more)) + longest <= ROOM
    behind = max(cell_len(say(key, lang, hall="county-hall", limit=50)) for key in BEHIND)
    tips = [say(f"tip.{act}", lang) for act in (*back_acts.KEYS, "case_run", "more_back") if act != "more"]
    more = [say(f"tip.{act}", lang) for act in (*back_acts.MORE, "case_open")]
    assert 6 + max(map(cell_len, tips)) + behind <= HELP_ROOM
    assert 8 + max(map(cell_len, more)) + behind <= ROOM


# --- digits ----------------------------------------------------------------------------------


def test_every_number_is_drawn_whole_in_rows_of_one_length() -> None:
    for number in ("A000", "B1234", "Z99999", "0123456789", "CDFGHJKLMNPQRSTUVWXY"):
        rows = digits.big(number)
        assert len(rows) == digits.ROWS
        assert {len(row) for row in rows} == {digits.width(number)}
        assert set("".join(rows)) == {digits.PIXEL, " "}


def test_no_two_letters_look_alike() -> None:
    assert len(set(digits.GLYPHS.values())) == len(digits.GLYPHS) - 1  # O and 0: no category is called O
    assert digits.GLYPHS["O"] == digits.GLYPHS["0"]


def test_twice_the_size_is_twice_as_wide_and_high() -> None:
    small, large = digits.big("D003"), digits.big("D003", 2)
    assert (len(large), len(large[0])) == (2 * len(small), 2 * len(small[0]))


# --- the clock -------------------------------------------------------------------------------


def test_the_clock_follows_the_quickest_message_and_never_this_computer() -> None:
    clock = HallClock()
    assert clock.now(100.0) == 0
    clock.heard(1_000_000, 100.0)
    clock.heard(1_000_500, 101.0)  # half a second on its way: the first was nearer
    assert clock.now(102.0) == 1_002_000
    for beat in range(REMEMBERED):  # the hall's clock was set back: believed when all say so
        clock.heard(500_000 + beat * 1000, 103.0 + beat)
    assert clock.now(103.0 + REMEMBERED) == 500_000 + REMEMBERED * 1000


# --- why not -----------------------------------------------------------------------------------


def why(act: str, scene: Scene) -> str:
    """The code of why an act cannot be done; "" when it can."""
    reason = acts.why_not(act, scene)
    if reason is not None:
        assert reason.sentence("zh")
    return reason.code if reason is not None else ""


@pytest.mark.parametrize(
    ("act", "scene", "code"),
    [
        ("call_next", replace(SCENE, up=False), "link"),
        ("call_next", replace(SCENE, hall=None), "hall"),
        ("call_next", showing(clerk=""), "not_seated"),
        ("call_next", showing(clerk="staff:9"), "taken"),
        ("call_next", showing(), "nobody_waits"),
        ("call_next", showing(state="closed"), "closed"),
        ("call_next", showing(state="paused"), "paused"),
        ("call_next", replace(SCENE, view=CALLED), "called"),
        ("call_next", replace(SCENE, view=SERVING), "serving"),
        ("start", showing(), "nobody_here"),
        ("start", replace(SCENE, view=CALLED), ""),
        ("start", replace(SCENE, view=SERVING), "started"),
        ("finish", replace(SCENE, view=CALLED), "not_started"),
        ("finish_next", replace(SCENE, view=SERVING), ""),
        ("miss", replace(SCENE, view=CALLED), "calls_needed"),
        ("miss", replace(SCENE, view=replace(CALLED, calls_needed=0)), "not_heard"),
        ("miss", replace(SCENE, view=replace(CALLED, calls_needed=0, miss_opens_at=NOW + 1)), "miss_wait"),
        ("miss", replace(SCENE, view=replace(CALLED, calls_needed=0, miss_opens_at=NOW)), ""),
        ("park", showing(), "nobody_to_park"),
        ("park", showing(parked=(ticket("D001", "parked"),)), ""),
        ("undo", showing(), "nothing_to_undo"),
        ("undo", showing(undo="finish", undo_until=NOW + 1), ""),
        ("undo", showing(undo="finish", undo_until=NOW), "nothing_to_undo"),
        ("undo", replace(SCENE, view=replace(CALLED, undo="finish")), "undo_present"),
        ("return", showing(), "nobody_missed"),
        ("unpark", showing(), "nobody_parked"),
        ("close", replace(SCENE, view=SERVING), "still_here"),
        ("pause", showing(clerk=""), ""),
        ("release", showing(), ""),
        ("help", replace(SCENE, up=False), ""),
    ],
)
def test_a_key_says_beforehand_what_the_hall_would_say(act: str, scene: Scene, code: str) -> None:
    assert why(act, scene) == code


@pytest.mark.parametrize(
    ("scene", "park", "pause"),
    [
        (showing(), "park", "pause"),
        (showing(clerk=""), "park", "claim"),
        (showing(state="closed"), "park", "open"),
        (showing(state="paused"), "park", "resume"),
        (showing(pausing=True), "park", "resume"),
        (showing(parked=(ticket("D001", "parked"),)), "unpark", "pause"),
    ],
)
def test_two_keys_change_their_meaning_with_the_moment(scene: Scene, park: str, pause: str) -> None:
    assert (acts.meaning("park", scene), acts.meaning("pause", scene)) == (park, pause)


def test_every_act_has_a_flow_a_name_a_tip_and_a_key_or_a_place_in_more() -> None:
    reached = set(acts.KEYS) | set(acts.MORE) | {"heard"}  # its key stands in what it answers
    assert set(FLOWS) <= reached
    assert reached - set(FLOWS) == {"help", "more", "guide", "hand_over", "large", "receipt"}
    for act in reached | {"quit", "open", "resume", "claim"}:
        for lang in LANGUAGES:
            assert say(f"act.{act}", lang)
            assert say(f"tip.{act}", lang)


def test_a_visitor_who_was_left_can_have_gone_at_any_time_since_the_service_began() -> None:
    ends = [int(c.value) for c in choices.ended_choices(NOW - 12 * 60_000, SCENE)]
    assert ends == [NOW, NOW - 5 * 60_000, NOW - 10 * 60_000, NOW - 12 * 60_000]
    assert len({c.label for c in choices.ended_choices(NOW - 12 * 60_000, SCENE)}) == 4


@pytest.mark.parametrize(
    ("serves", "letters"),
    [(("D",), ["D"]), (("D:ordinary", "G", "D:priority"), ["D", "G"])],
)
def test_a_window_serves_its_letters(serves: tuple[str, ...], letters: list[str]) -> None:
    assert choices.served(showing(serves=serves)) == letters


def test_a_window_for_everyone_s_priority_serves_every_letter() -> None:
    assert choices.served(showing(serves=("*:priority",))) == [c.code for c in HALL.categories]

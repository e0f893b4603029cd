"""A hall's wishes for its slips, from the hall file's plan to the paper of its printer."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from printers.encoding import TextMode
from printers.virtual import PrintedSlip, VirtualPrinter
from queue_server.demo import demo_plan
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.plan import HOUR, Hours, Plan, Printer, Slip, Span
from queue_server.reactions.addresses import spoken_to
from tests.desk.live_hall import NOON, live, opened, sit
from tests.reactions.test_following import follower
from tests.reactions.test_printing import _acting, _all_on_paper, printing
from tests.waiting import wait_until

TOGETHER = Slip(languages=("zh", "ko"), texts={"note": {"zh": "咨询电话 12345"}})


def hall_with(virtual: VirtualPrinter, wishes: Slip = TOGETHER, text_mode: str = "utf8") -> Plan:
    """The demo hall with these wishes and this printer for every kiosk."""
    plan = demo_plan(NOON, f"127.0.0.1:{virtual.address[1]}")
    printers = tuple(replace(printer, text_mode=text_mode) for printer in plan.printers)
    return replace(plan, printers=printers, slip=wishes)


async def printed(
    store_url: str, hall_id: str, virtual: VirtualPrinter, plan: Plan, lang: str, window: int = 0
) -> PrintedSlip:
    """The slip of one ticket of that hall; `window` is open already when it is taken."""
    async with live(store_url, hall_id) as hall:
        await opened(hall, plan)
        if window:
            await sit(hall, window)
        async with follower(hall, printing(hall)):
            await _acting(hall)
            command = do.TakeTicket(ticket="a", category="D", language=lang)
            await hall.ask(Ask(at=NOON, by="device:k1", command=command, key="k", digest="k"))
            (slip,) = await virtual.wait_for_slips(1, seconds=30)
            await wait_until(lambda: _all_on_paper(hall, 1), timeout=30)
    return slip


@pytest.mark.parametrize("lang", ["zh", "ko"])
async def test_languages_that_stand_together_are_on_the_slip_of_a_visitor_in_either(
    store_url: str, hall_id: str, tmp_path: Path, lang: str
) -> None:
    async with VirtualPrinter(tmp_path) as virtual:
        slip = await printed(store_url, hall_id, virtual, hall_with(virtual), lang)
    said = list(slip.lines)
    assert said.index("前面没有人等候") + 1 == said.index("앞에 기다리는 손님이 없습니다")
    assert "咨询电话 12345" in said
    assert not virtual.unknown


async def test_an_english_visitor_gets_an_english_slip_with_the_names_in_chinese_as_well(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path) as virtual:
        slip = await printed(store_url, hall_id, virtual, hall_with(virtual), "en")
    assert "Nobody is ahead of you" in slip.lines
    assert not any("앞에" in line for line in slip.lines)


async def test_a_slip_says_from_when_calls_are_made_until_a_window_is_open(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    lunch = Hours(spans=(Span(8 * HOUR, 11 * HOUR), Span(13 * HOUR, 17 * HOUR)), weekdays=tuple(range(7)))
    async with VirtualPrinter(tmp_path) as virtual:
        plan = replace(hall_with(virtual, Slip(), "gb18030"), hours=lunch)
        slip = await printed(store_url, hall_id, virtual, plan, "zh")
    assert "13:00 起叫号" in slip.lines


async def test_a_slip_says_nothing_of_when_calls_are_made_while_a_window_is_open(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path) as virtual:
        plan = hall_with(virtual, Slip(), "gb18030")
        window = next(w.number for w in plan.windows if any(s.covers("D", "ordinary") for s in w.serves))
        slip = await printed(store_url, hall_id, virtual, plan, "zh", window)
    assert not any("起叫号" in line for line in slip.lines)


async def test_a_character_that_no_font_has_is_told_to_whoever_reads_the_journal(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path) as virtual:
        wishes = Slip(texts={"note": {"zh": "厅\ue123"}})
        with capture_logs() as journal:
            await printed(store_url, hall_id, virtual, hall_with(virtual, wishes, "raster"), "zh")
    (told,) = [entry for entry in journal if "no font" in entry["event"]]
    assert told["points"] == ["U+E123"]


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("raster", TextMode.RASTER),
        ("gbk", TextMode.GBK),
        ("utf8", TextMode.UTF8),
        ("gb18030", TextMode.GB18030),
        ("native", TextMode.GB18030),
    ],
)
def test_a_printer_is_spoken_to_in_the_mode_its_hall_names(written: str, mode: TextMode) -> None:
    assert spoken_to(Printer("p1", "127.0.0.1:9100", text_mode=written)).text_mode is mode

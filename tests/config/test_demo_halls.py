"""The halls that are shipped are whole and as the reform asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from queue_server.config import inspect_hall
from queue_server.config.keys import ACTS, OUTCOMES
from queue_server.demo import COUNTY, DEVELOPMENT_ZONE, NEIGHBOURS, TOWNSHIP, VILLAGE, county_plan, demo_plan
from queue_server.hall.plan import DAY, HOUR, MINUTE, Plan

SIX = ["项目投资", "商事登记", "市场监管", "不动产交易", "医保社保", "公安户政"]


@pytest.mark.parametrize("path", [COUNTY, *NEIGHBOURS], ids=lambda path: path.stem)
def test_a_shipped_hall_has_neither_errors_nor_warnings(path: Path) -> None:
    found = inspect_hall(path)
    assert (found.errors, found.warnings) == ((), ())


def plan_at(path: Path) -> Plan:
    plan = inspect_hall(path).plan
    assert plan is not None
    return plan


def test_the_county_hall_has_exactly_the_six_comprehensive_windows_by_name() -> None:
    plan = county_plan()
    comprehensive = {w.serves[0].category for w in plan.windows if "综合服务窗口" in w.name["zh"]}
    assert [c.name["zh"] for c in plan.categories if c.letter in comprehensive] == SIX


def test_the_county_hall_is_that_of_the_sketch() -> None:
    plan = county_plan()
    assert "".join(c.letter for c in plan.categories) == "ABCDSFGJL"
    assert [w.number for w in plan.windows] == list(range(1, 26))
    assert len(plan.matters) == 21
    assert [w.number for w in plan.windows if w.duty] == [17, 20, 24]
    assert {c.letter: c.target // MINUTE for c in plan.categories if c.target != 30 * MINUTE} == {"G": 10}
    assert [c.letter for c in plan.categories if c.instant] == ["G"]
    assert (len(plan.kiosks), len(plan.printers)) == (3, 1)


def test_the_priority_window_takes_the_priority_visitors_of_every_category() -> None:
    plan = county_plan()
    window = plan.window(24)
    assert window is not None
    for category in plan.categories:
        assert any(serve.covers(category.letter, "priority") for serve in window.serves)
        assert not any(serve.covers(category.letter, "ordinary") for serve in window.serves)


def test_only_the_development_zone_has_the_standard_land_window() -> None:
    county, zone = county_plan(), plan_at(DEVELOPMENT_ZONE)
    assert (county.category("H"), county.matter("H01")) == (None, None)
    assert None not in (zone.category("H"), zone.matter("H01"))
    assert [c.name["zh"] for c in zone.categories][:6] == SIX


def test_the_points_accept_for_the_county_and_its_results_go_out_at_a_point() -> None:
    county, points = county_plan(), {plan_at(path).hall for path in (TOWNSHIP, VILLAGE)}
    for path in (TOWNSHIP, VILLAGE):
        point = plan_at(path)
        assert (point.kiosks, point.printers) == ((), ()), "a browser is enough"
        sent = [m for m in point.matters if m.handled_at]
        assert sent
        for matter in sent:
            assert matter.handled_at == county.hall
            assert county.matter(matter.id).department == matter.department  # type: ignore[union-attr]
            assert not matter.exits or matter.exits[0] in points


@pytest.mark.parametrize("path", [COUNTY, *NEIGHBOURS], ids=lambda path: path.stem)
def test_every_act_has_reasons_and_every_result_a_name(path: Path) -> None:
    plan = plan_at(path)
    assert sorted(plan.reasons) == sorted(ACTS)
    assert sorted(plan.outcomes) == sorted(OUTCOMES)
    assert len(plan.priority_kinds) == 7


@pytest.mark.parametrize("hour", range(24))
def test_the_demo_runs_at_any_hour_and_its_date_turns_twelve_hours_later(hour: int) -> None:
    start = datetime(2026, 7, 30, hour, 15, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
    plan = demo_plan(int(start.timestamp() * 1000))
    later = start + timedelta(hours=12)
    assert plan.boundary == later.hour * HOUR + later.minute * MINUTE
    assert 0 <= plan.boundary < DAY
    assert (plan.hours.always, plan.rules.cutoff_grace) == (True, None)


def test_the_demo_is_the_county_hall_but_for_its_hours() -> None:
    plan, county = demo_plan(0, printer="127.0.0.1:4711"), county_plan()
    assert [p.address for p in plan.printers] == ["127.0.0.1:4711"]
    same = msgspec.structs.replace(
        plan, hours=county.hours, rules=county.rules, boundary=county.boundary, printers=county.printers
    )
    assert same == county

"""What a slip says of its ticket: in one language or in two, in the hall's own sentences and order."""

from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from printers.slip import PARTS
from queue_server.hall import plan as agreed
from queue_server.hall.plan import ORDINARY, PRIORITY, SLIP_PARTS, Category, Matter, Plan, Window, plan_bytes
from queue_server.slips import Told, form_of, languages_of, mark_of, word

MATTER = Matter(
    id="D01",
    name={"zh": "居民身份证换领", "ko": "주민신분증 교체발급", "en": "Identity card renewal"},
    category="D",
    kind="GG",
    instant=True,
    law="《居民身份证法》第十一条",
    conditions=("有效期满",),
    materials=("居民身份证原件", "户口簿"),
    standard="材料齐全",
    steps=("申请",),
    legal_limit="60日",
    promised_limit="20日",
    fee="20元",
    materials_in={"ko": ("주민신분증 원본", "호구부")},
)
HALL = Plan(
    hall="tumen",
    name={"zh": "图们市政务服务中心", "ko": "도문시정무봉사중심", "en": "Tumen Service Centre"},
    level="县级",
    timezone="Asia/Shanghai",
    categories=(Category("D", {"zh": "综合服务", "ko": "종합봉사", "en": "General"}),),
    windows=(Window(1, {"zh": "一号"}, ()),),
    matters=(MATTER,),
)
TOLD = Told(
    number="D045",
    category="D",
    cls=ORDINARY,
    matters=("D01",),
    ahead=4,
    windows=(1, 2, 100),
    floor="1",
    area={"zh": "东区", "ko": "동쪽구역"},
    time="2026-11-24 09:31",
    url="https://hall.test/t/tumen/1#2",
    code="7K3QD",
)


def hall(**wishes: object) -> Plan:
    """The hall with wishes for its slips."""
    return replace(HALL, slip=agreed.Slip(**wishes))  # type: ignore[arg-type]


def test_a_chinese_slip_says_all_that_its_visitor_needs() -> None:
    slip = word(HALL, TOLD, ("zh",))
    assert (slip.hall, slip.place, slip.number) == ("图们市政务服务中心", "1楼 东区", "D045")
    assert (slip.category, slip.matters) == ("综合服务", ("居民身份证换领",))
    assert slip.lines == ("前面还有4人", "可办窗口：1、2、100", "取号时间：2026-11-24 09:31")
    assert (slip.qr, slip.code) == (TOLD.url, "校验码 7K3QD")
    assert slip.rules == ("叫号未到不立即作废：30分钟内扫码或找工作人员，排到3人之后；第二次未到作废。",)
    assert (slip.checklist_title, slip.checklist) == ("材料清单", MATTER.materials)
    assert slip.marks == slip.note == ()


def test_in_two_languages_chinese_stands_above_the_other() -> None:
    slip = word(HALL, replace(TOLD, cls=PRIORITY, reprint=True), ("zh", "ko"))
    assert slip.hall == "图们市政务服务中心\n도문시정무봉사중심"
    assert slip.place == "1楼 东区\n1층 동쪽구역"
    assert slip.lines[0] == "前面还有4人\n앞에 4명"
    assert slip.lines[1] == "可办窗口：1、2、100\n창구: 1, 2, 100"
    assert slip.marks == ("优先 우선", "补打 재인쇄")
    assert slip.code == "校验码 7K3QD\n확인번호 7K3QD"
    assert slip.checklist_title == "材料清单\n구비서류"
    assert slip.checklist == ("居民身份证原件\n주민신분증 원본", "户口簿\n호구부")
    assert all("\n" in rule for rule in slip.rules)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_in_another_language_the_names_stand_in_chinese_as_well(lang: str) -> None:
    slip = word(HALL, TOLD, (lang,))
    assert slip.hall == f"{HALL.name['zh']}\n{HALL.name[lang]}"
    assert slip.matters == (f"{MATTER.name['zh']}\n{MATTER.name[lang]}",)
    assert all("\n" not in line for line in slip.lines)
    things = {"ko": ("居民身份证原件\n주민신분증 원본", "户口簿\n호구부"), "en": MATTER.materials}
    assert slip.checklist == things[lang]


def test_a_name_without_a_translation_stands_once() -> None:
    slip = word(replace(HALL, name={"zh": "小厅"}), TOLD, ("zh", "ko"))
    assert slip.hall == "小厅"


def test_nobody_ahead_is_said_in_words() -> None:
    assert word(HALL, replace(TOLD, ahead=0), ("zh",)).lines[0] == "前面没有人等候"


def test_an_expected_call_is_a_range_and_goes_before_when_calling_goes_on() -> None:
    told = replace(TOLD, expected=("10:05", "10:25"), calling_from="13:00")
    assert word(HALL, told, ("zh",)).lines[1] == "预计 10:05–10:25 叫号"
    assert word(HALL, replace(told, expected=None), ("zh",)).lines[1] == "13:00 起叫号"


def test_what_several_matters_ask_for_is_named_once() -> None:
    other = replace(MATTER, id="D02", materials=("户口簿", "近期照片"), materials_in={})
    slip = word(replace(HALL, matters=(MATTER, other)), replace(TOLD, matters=("D01", "D02")), ("zh",))
    assert slip.checklist == ("居民身份证原件", "户口簿", "近期照片")


def test_a_ticket_without_a_matter_or_window_has_no_line_for_it() -> None:
    slip = word(HALL, replace(TOLD, matters=(), windows=(), floor="", area={}), ("zh",))
    assert (slip.matters, slip.checklist_title, slip.checklist, slip.place) == ((), "", (), "")
    assert slip.lines == ("前面还有4人", "取号时间：2026-11-24 09:31")


def test_the_hall_puts_languages_together_for_visitors_in_one_of_them() -> None:
    yanbian = hall(languages=("zh", "ko"))
    assert languages_of(yanbian, "zh") == languages_of(yanbian, "ko") == ("zh", "ko")
    assert languages_of(yanbian, "en") == ("en",)
    assert languages_of(HALL, "ko") == ("ko",)
    assert mark_of(yanbian, "ko") == "补打 재인쇄"


def test_a_hall_s_own_sentences_replace_the_shipped_ones_language_by_language() -> None:
    own = hall(texts={"ahead": {"zh": "您前面有{n}位"}, "note": {"zh": "电话 12345", "ko": "전화 12345"}})
    slip = word(own, TOLD, ("zh", "ko"))
    assert slip.lines[0] == "您前面有4位\n앞에 4명"
    assert slip.note == ("电话 12345\n전화 12345",)


def test_a_hall_s_sentence_reaches_nothing_behind_its_values() -> None:
    own = hall(texts={"ahead": {"zh": "{n.__class__} {n!r} {code} {n}"}})
    assert word(own, TOLD, ("zh",)).lines[0] == "{n.__class__} {n!r} {code} 4"


def test_order_and_logo_come_from_the_plan() -> None:
    form = form_of(hall(order=("number", "hall"), logo=base64.b64encode(b"picture").decode()))
    assert (form.order, form.logo) == (("number", "hall"), b"picture")
    assert form_of(HALL).order == SLIP_PARTS == PARTS


def test_wishes_for_slips_are_part_of_the_plan_s_name() -> None:
    assert plan_bytes(hall(order=("number",))) != plan_bytes(HALL)

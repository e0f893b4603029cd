"""Cases as the provincial 一窗受理 platform takes them: which step is a record of which table, by field.

`TABLES` is all there is: records are made from it, and docs/operating/platform.md is written from it. No
field names a person; those of the platform that do are in `PERSONS`, and stay empty there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from queue_server.cases import events as ev
from queue_server.cases.limits import WORKING, Limit
from queue_server.cases.model import LICENCE, LOCKER, POST, READY, RETURNED, WINDOW, WITHDRAWN, Case
from queue_server.hall import register
from queue_server.hall.plan import Matter, Plan

Value = str | int
F = TypeVar("F", bound=ev.CaseFact)

STANDARD = "standard"
"""The data item, its type and its codes are those of GB/T 39046-2020."""
TABLES_IN_USE = "tables"
"""Name, meaning and codes are those of the exchange tables in use (docs/operating/platform.md names them)."""
OURS = "ours"
"""The name is known, and that this value belongs there is our reading."""


class Words(Protocol):
    """What of a hall's register gives things their names."""

    @property
    def plan(self) -> Plan | None: ...

    def guide(self, id: str, version: str = "") -> Matter | None: ...


class Seen(NamedTuple):
    """A step of a case, and what stands around it; `case` may have gone on since."""

    entry: register.Entry
    case: Case
    plan: Plan
    matter: Matter | None

    @property
    def moment(self) -> str:
        """When it was, by the hall's clock."""
        return self.local(self.entry.at)

    @property
    def accepted(self) -> str:
        """When the case was accepted."""
        return self.local(self.case.steps[0].at)

    def local(self, at: int) -> str:
        """A time (ms) by the hall's clock."""
        moment = dt.datetime.fromtimestamp(at / 1000, ZoneInfo(self.plan.timezone))
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def times(self, *kinds: str) -> int:
        """How often these steps had happened by then, itself among them."""
        return sum(step.what in kinds and step.at <= self.entry.at for step in self.case.steps)

    def fact(self, kind: type[F]) -> F:
        """What happened, which must be of this kind."""
        assert isinstance(self.entry.e, kind)
        return self.entry.e

    @property
    def reason(self) -> str:
        """The reason that was picked, in the hall's words."""
        picked = str(getattr(self.entry.e, "reason", ""))
        return self.plan.reasons.get("case", {}).get(picked, {}).get("zh", picked)

    @property
    def department(self) -> str:
        """The name of the department that handles the case."""
        return self.plan.departments.get(self.case.department, {}).get("zh", self.case.department)

    @property
    def hall(self) -> str:
        """The name of the hall that accepted it."""
        return self.plan.name.get("zh", "")

    @property
    def body(self) -> str:
        """The 统一社会信用代码 of whoever carries the matter out, as its code begins; "" without a code."""
        return self.matter.code[:18] if self.matter else ""


class Field(NamedTuple):
    """A field of a table: `said` is where its value comes from, `of` gives it ("": the field is left out)."""

    name: str
    item: str
    type: str
    said: str
    of: Callable[[Seen], Value]
    codes: str = ""
    basis: str = STANDARD


class Table(NamedTuple):
    """A table of the platform, and the steps that are a record of it."""

    id: str
    name: str
    steps: tuple[type[ev.CaseFact], ...]
    fields: tuple[Field, ...]


class Record(NamedTuple):
    """A record: `seq` is the step's place in the hall's register, `case` our id of the case."""

    seq: int
    table: str
    case: str
    fields: dict[str, Value]


def records(words: Words, case: Case, seq: int, entry: register.Entry) -> Iterator[Record]:
    """The records that a step of a case is; none for a step that the platform does not ask for."""
    if words.plan is None:
        return
    seen = Seen(entry, case, words.plan, words.guide(case.matter, case.version))
    for table in TABLES:
        if isinstance(entry.e, table.steps):
            values = ((field.name, field.of(seen)) for field in table.fields)
            yield Record(seq, table.id, case.id, {name: value for name, value in values if value != ""})


# --- values ----------------------------------------------------------------------------


def reference(case: Case) -> str:
    """What the platform calls a case: halls count for themselves, so the hall stands before the number."""
    return f"{case.hall}-{case.number}"


def _code(seen: Seen) -> str:
    matter = seen.matter
    return (matter and (matter.code or matter.basic_code)) or seen.case.matter


def _name(seen: Seen) -> str:
    return seen.matter.name.get("zh", "") if seen.matter else ""


def _unit(limit: Limit | None) -> str:
    return "" if limit is None else "G" if limit.unit == WORKING else "Z"


def _papers(things: tuple[str, ...]) -> str:
    return ";".join(things)


def _owed(seen: Seen) -> str:
    opened = seen.entry.e
    if isinstance(opened, ev.CaseOpened) and opened.owed:
        return f"容缺受理，{opened.owed_until} 前补齐：{_papers(opened.owed)}"
    return ""


def _still(seen: Seen) -> str:
    owed = seen.fact(ev.SupplementReceived).owed
    return f"仍缺：{_papers(owed)}" if owed else ""


def _legal(seen: Seen) -> Value:
    return "" if seen.case.legal is None else seen.case.legal.count


def _legal_unit(seen: Seen) -> str:
    return _unit(seen.case.legal)


def _promised(seen: Seen) -> str:
    settled = seen.entry.e
    return settled.promised_by if isinstance(settled, ev.CaseOpened | ev.LimitsSettled) else ""


def _extended(seen: Seen) -> bool:
    return isinstance(seen.entry.e, ev.CaseExtended)


def _special(seen: Seen) -> str:
    return "延长审批" if _extended(seen) else seen.reason


def _since(seen: Seen) -> str:
    return seen.moment[:10] if _extended(seen) else seen.fact(ev.ClockStopped).since


ENDS = {READY: ("0", "出证办结"), RETURNED: ("1", "退回办结"), WITHDRAWN: ("6", "其他办结（申请人撤回）")}
"""How a case ends, as the platform has it: when its result is there, or there will be none."""


def _end(seen: Seen) -> tuple[str, str]:
    ends = {ev.CaseReadied: READY, ev.CaseReturned: RETURNED, ev.CaseWithdrawn: WITHDRAWN}
    return ENDS[ends[type(seen.entry.e)]]


WAYS = {WINDOW: "0", LICENCE: "1"}
"""Ways of collecting of which the code is known."""
SAID_WAYS = {POST: "邮寄", LOCKER: "自助柜"}


def _missing(seen: Seen) -> str:
    return _papers(seen.fact(ev.SupplementAsked).missing)


def _kind(seen: Seen) -> str:
    return "A" if _extended(seen) else "B"


def _more(seen: Seen) -> Value:
    return seen.fact(ev.CaseExtended).days if _extended(seen) else ""


def _more_unit(seen: Seen) -> str:
    return _unit(seen.case.promised) if _extended(seen) else ""


def _specials(seen: Seen) -> int:
    return seen.times("clock_stopped", "extended")


# --- tables ------------------------------------------------------------------------------

OTHER = {"basis": TABLES_IN_USE}
OWN = {"basis": OURS}
MOMENT, DAY, LINE = "datetime", "date", "an..1000"
G_OR_Z = "G 工作日, Z 自然日"
CREDIT = "GB 32100-2015"
WHEN, WHO, BODY = "time of the step", "department's name", "first 18 of the matter's `code`"


def _head(version: Callable[[Seen], Value] = lambda seen: 1) -> tuple[Field, ...]:
    """What every table begins with; `version` counts how often its record of the case was told anew."""
    return (
        Field("SBLSH", "办件编号（申办流水号）", "an..50", "hall, `-`, case number",
              lambda s: reference(s.case)),
        Field("YWLSH", "业务流水号", "an..50", "case id", lambda s: s.case.id, **OTHER),
        Field("SXBM", "实施编码", "an..31", "matter's `code`, else `basic_code`, else its id", _code),
        Field("XZQHDM", "行政区划", "n6", "3rd to 8th of the matter's `code`", lambda s: s.body[2:8],
              "GB/T 2260", **OWN),
        Field("SJBBH", "数据版本号", "n..2", "1, and 1 more each time it is told anew", version, **OTHER),
    )  # fmt: skip


ACCEPTANCE = Table(
    "SL", "受理", (ev.CaseOpened, ev.LimitsSettled),
    (
        *_head(lambda s: 1 + s.times("limits_settled")),
        Field("SPSXMC", "事项名称", "an..200", "matter's name", _name),
        Field("SLBMMC", "受理单位名称", "an..100", WHO, lambda s: s.department),
        Field("SLBMZZJDDM", "受理单位统一社会信用代码", "an18", BODY, lambda s: s.body, CREDIT),
        Field("SLZTDM", "受理状态代码", "n1", "always 1", lambda s: "1", "1 受理, 2 不受理", **OTHER),
        Field("SLHZH", "受理文书编号（受理回执号）", "an..30", "case number, as on the receipt",
              lambda s: s.case.number),
        Field("SLSJ", "受理时间", MOMENT, "time of acceptance", lambda s: s.accepted),
        Field("SLJTDD", "受理具体地点", "an..100", "hall's name", lambda s: s.hall, **OTHER),
        Field("TJFS", "提交方式", "n1", "always 0", lambda s: "0", "0 窗口, 1 网上", **OTHER),
        Field("GDBLSX", "规定办理时限", "n..3", "legal limit", _legal, **OWN),
        Field("GDBLSXDDW", "规定办理时限的单位", "a1", "legal limit", _legal_unit, G_OR_Z, **OWN),
        Field("BLSX", "承诺办结时间", DAY, "promised last day, once it is known", _promised),
        Field("BZ", "备注", LINE, "papers owed, and until when (容缺受理)", _owed, **OWN),
    ),
)  # fmt: skip
HANDLING = Table(
    "SPCL", "审批（处理）", (ev.CaseTaken, ev.CaseReworked),
    (
        *_head(),
        Field("SPBZH", "审批步骤号", "n..2", "1, and 1 more each time a result was wrong",
              lambda s: 1 + s.times("reworked"), **OTHER),
        Field("SPHJDM", "审批环节代码", "n1", "always 1", lambda s: "1", "1 承办, 2 审核, 3 批准", **OTHER),
        Field("SPHJMC", "环节名称", "an..100", "always 承办", lambda s: "承办"),
        Field("SPBMMC", "处理单位名称", "an..100", WHO, lambda s: s.department),
        Field("SPBMZZJDMD", "处理单位统一社会信用代码", "an18", BODY, lambda s: s.body, CREDIT),
        Field("SPSJ", "环节开始时间（审批时间）", MOMENT, WHEN, lambda s: s.moment),
        Field("SPYJ", "环节处理意见", LINE, "reason, where a result was wrong", lambda s: s.reason, **OWN),
    ),
)  # fmt: skip
ASKED = Table(
    "BZGZ", "补正告知", (ev.SupplementAsked,),
    (
        *_head(),
        Field("BZCLQD", "补正材料清单", "ul", "`missing`, `;` between", _missing, **OTHER),
        Field("BZGZSJ", "补正告知时间", MOMENT, WHEN, lambda s: s.moment, **OTHER),
    ),
)  # fmt: skip
BROUGHT = Table(
    "BZSL", "补正受理", (ev.SupplementReceived,),
    (
        *_head(lambda s: s.times("supplement_received")),
        Field("BZSJ", "补正时间", MOMENT, WHEN, lambda s: s.moment, **OTHER),
        Field("BZ", "备注", LINE, "papers that are still missing", _still, **OWN),
    ),
)  # fmt: skip
SPECIAL = Table(
    "TBCXSQ", "特别程序申请", (ev.ClockStopped, ev.CaseExtended),
    (
        *_head(),
        Field("XH", "序号", "n..2", "count of stops and extensions", _specials, **OTHER),
        Field("TBCXZL", "特别程序种类代码", "a1", "A: an extension; B: a clock that stands", _kind,
              "A 延长审批, B 除延长审批之外 (1 and 2 in GB/T 39046, A.7)", **OTHER),
        Field("TBCXZLMC", "特别程序种类名称", "an..100", "延长审批, else the reason", _special),
        Field("TBCXKSRQ", "特别程序开始时间", DAY, "day from which it counts", _since),
        Field("TBCXQDLY", "特别程序启动理由或依据", "ul", "reason", lambda s: s.reason),
        Field("TBCXSX", "特别程序时限", "n..3", "days of an extension", _more, **OTHER),
        Field("TBCXSXDW", "特别程序时限单位", "a1", "unit of the promise", _more_unit, G_OR_Z, **OTHER),
    ),
)  # fmt: skip
RESUMED = Table(
    "TBCXJG", "特别程序结果", (ev.ClockRan,),
    (
        *_head(),
        Field("XH", "序号", "n..2", "that of the stop", _specials, **OTHER),
        Field("TBCXJG", "特别程序结果", "ul", "always 恢复计时", lambda s: "恢复计时", **OWN),
        Field("JGCSRQ", "结果产生日期", MOMENT, WHEN, lambda s: s.moment, **OTHER),
        Field("TBCXJSRQ", "特别程序结束时间", DAY, "last day that did not count",
              lambda s: s.fact(ev.ClockRan).ran),
    ),
)  # fmt: skip
END = Table(
    "BJ", "办结", (ev.CaseReadied, ev.CaseReturned, ev.CaseWithdrawn),
    (
        *_head(lambda s: s.times("readied", "returned", "withdrawn")),
        Field("BJBMMC", "办结部门名称", "an..100", WHO, lambda s: s.department, **OTHER),
        Field("BJBMZZJDDM", "办结部门组织机构代码", "an18", BODY, lambda s: s.body, CREDIT, **OTHER),
        Field("BJJGDM", "办结结果代码", "n1", "0 the result is there, 1 退回, 6 撤回", lambda s: _end(s)[0],
              "0 出证, 1 退回, 2 作废, 3 删除, 4 转报, 5 补正超时, 6 其他", **OTHER),
        Field("BJJGMS", "办件结果描述", LINE, "the code in words", lambda s: _end(s)[1]),
        Field("ZFHTHYY", "作废或退回原因", LINE, "reason of 退回 or 撤回", lambda s: s.reason, **OTHER),
        Field("BJSJ", "办结时间", MOMENT, WHEN, lambda s: s.moment),
    ),
)  # fmt: skip
COLLECTED = Table(
    "LQDJ", "领取登记", (ev.CaseIssued,),
    (
        *_head(),
        Field("LQFS", "领取方式", "n1", "window, or 电子证照; else left out",
              lambda s: WAYS.get(s.case.way, ""), "0 窗口, 1 网上", **OTHER),
        Field("LQSJ", "领取时间", MOMENT, WHEN, lambda s: s.moment, **OTHER),
        Field("BZ", "备注", LINE, "邮寄 or 自助柜, whose code is not known to us",
              lambda s: SAID_WAYS.get(s.case.way, ""), **OWN),
    ),
)  # fmt: skip
TABLES = (ACCEPTANCE, HANDLING, ASKED, BROUGHT, SPECIAL, RESUMED, END, COLLECTED)

PERSONS = (
    ("SB", "申办", "whole", "who applies, by name, document and telephone"),
    ("SL", "受理", "BLRXM, BLRGH, SQDWHSQRXM, SQDWJBRXM, SQDWLXDH, SQDWJBRSJ, SQDWJBRYJ", "clerk; applicant"),
    ("SPCL", "审批（处理）", "SPRXM, SPRZWDM, SPRZWMC", "who handles it"),
    ("BZGZ", "补正告知", "BZGZFCRXM", "who asked"),
    ("BZSL", "补正受理", "BZSLBLRXM", "who took the papers in"),
    ("TBCXSQ", "特别程序申请", "TBCXPZR, TBCXPZRDH, TBCXPZRSJ", "who agreed"),
    ("LQDJ", "领取登记", "LQRXM, LQRZJLX, LQRSFZJHM", "who collected it"),
)
"""Fields (table, its name, fields, whom they name) that identify persons: nothing of ours may fill them."""

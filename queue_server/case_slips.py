"""The words of a receipt (办件回执): what was accepted, who handles it until when, where to fetch it.

It is no 受理通知书, and says so: that is an official paper of the department.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from printers.slip import Slip
from queue_server.cases.model import Case
from queue_server.hall.model import MatterEnd
from queue_server.hall.plan import Plan, Text
from queue_server.locale import translate
from queue_server.slips import form_of


class Told(msgspec.Struct, frozen=True):
    """What a receipt tells: cases of one ticket, matters that lack papers, exits by name, code and time."""

    cases: tuple[Case, ...]
    lacking: tuple[MatterEnd, ...]
    exits: dict[str, Text]
    code: str
    url: str
    time: str
    again: bool = False


def receipt(plan: Plan, told: Told, lang: str) -> Slip:
    """The receipt of a ticket's cases in one language, names in Chinese above it."""

    def word(key: str, **values: object) -> str:
        return translate(f"hall.receipt_slip.{key}", lang, **values)

    matters = ["\n".join(_about(plan, told, case, lang)) for case in told.cases]
    return Slip(
        hall=_name(plan.name, lang),
        number="",
        category=word("title"),
        marks=(translate("hall.slip.reprint", lang),) if told.again else (),
        matters=tuple(matters),
        lines=(word("printed", time=told.time),),
        qr=told.url,
        code=word("code", code=told.code),
        rules=(word("no_notice"), word("fetch")),
        checklist_title=word("lacking") if _lacking(plan, told, lang) else "",
        checklist=_lacking(plan, told, lang),
        form=form_of(plan),
    )


def _about(plan: Plan, told: Told, case: Case, lang: str) -> Sequence[str]:
    """A case's lines, the first of them large: number, matter, department, last day, exit."""

    def word(key: str, **values: object) -> str:
        return translate(f"hall.receipt_slip.{key}", lang, **values)

    matter = plan.matter(case.matter)
    department = plan.departments.get(case.department)
    facts = [word("number", number=case.number), _name(matter.name, lang) if matter else case.matter]
    if department:
        facts.append(word("department", department=_own(department, lang)))
    facts.append(word("promised", date=case.promised_by) if case.promised_by else word("promised_open"))
    facts.append(word("exit", hall=_own(told.exits.get(case.exit, {"zh": case.exit}), lang)))
    return facts


def _lacking(plan: Plan, told: Told, lang: str) -> tuple[str, ...]:
    """Papers that are owed until a day, and those without which a matter was not accepted."""
    lines = []
    for case in told.cases:
        until = translate("hall.receipt_slip.until", lang, date=case.owed_until) if case.owed_until else ""
        lines += [f"{paper}{until}" for paper in case.owed]
    for end in told.lacking:
        matter = plan.matter(end.matter)
        name = _own(matter.name, lang) if matter else end.matter
        lines += [translate("hall.receipt_slip.for_matter", lang, matter=name, paper=p) for p in end.papers]
    return tuple(lines)


def _own(text: Text, lang: str) -> str:
    return text.get(lang) or text["zh"]


def _name(text: Text, lang: str) -> str:
    """A name in a language, in Chinese above it: the staff must find it as well."""
    return "\n".join(dict.fromkeys((text["zh"], _own(text, lang))))

"""A slip's words (取号凭条): what is told of one ticket becomes sentences in one language or two.

In two languages Chinese stands above the other. A hall's own sentences, its logo and the
order of the parts come from `[slip]` of its plan; every other sentence from the catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from printers.slip import Form, Slip
from queue_server.hall.plan import PRIORITY, Plan, Text, checklist_of
from queue_server.locale import translate

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

BETWEEN_WINDOWS = {"zh": "、", "ko": ", ", "en": ", "}


class Told(msgspec.Struct, frozen=True):
    """What a slip tells of its ticket. Times are ready to be read (``10:05``); `expected` is a range."""

    number: str
    category: str
    cls: str
    matters: tuple[str, ...]
    ahead: int
    windows: tuple[int, ...]
    floor: str
    area: Text
    time: str
    url: str
    code: str
    expected: tuple[str, str] | None = None
    calling_from: str = ""
    reprint: bool = False
    joint: str = ""


def languages_of(plan: Plan, visitor: str) -> tuple[str, ...]:
    """The languages of a visitor's slip: those that the hall puts together, or the visitor's own."""
    together = plan.slip.languages
    return together if visitor in together else (visitor,)


def word(plan: Plan, told: Told, languages: tuple[str, ...]) -> Slip:
    """The slip of a ticket in one language or two, the first above the second."""
    worded = _Speaker(plan, languages)
    category = plan.category(told.category)
    matters = [found for id in told.matters if (found := plan.matter(id))]
    joints = [found for found in (plan.joint(told.joint),) if found]
    note = worded.own("note")
    return Slip(
        hall=worded.name(plan.name),
        number=told.number,
        category=worded.name(category.name if category else {"zh": told.category}),
        place=worded.place(told.floor, told.area) if told.floor else "",
        marks=_marks(worded, told),
        matters=(*(worded.name(joint.name) for joint in joints), *(worded.name(x.name) for x in matters)),
        lines=_lines(worded, told),
        qr=told.url,
        code=worded("code", code=told.code),
        rules=(worded.missed(),),
        checklist_title=worded("checklist") if matters else "",
        checklist=tuple(worded.name(thing) for thing in checklist_of(matters)),
        note=(note,) if note else (),
        form=form_of(plan),
    )


def form_of(plan: Plan) -> Form:
    """The order of the parts and the logo that the plan has."""
    return msgspec.convert({"order": plan.slip.order, "logo": plan.slip.logo}, Form)


def mark_of(plan: Plan, visitor: str) -> str:
    """The mark of a slip that comes out again (补打), in the languages of that slip."""
    return _one_row(_Speaker(plan, languages_of(plan, visitor))("reprint"))


def _marks(worded: _Speaker, told: Told) -> tuple[str, ...]:
    marks = [*(["priority"] if told.cls == PRIORITY else []), *(["reprint"] if told.reprint else [])]
    return tuple(_one_row(worded(mark)) for mark in marks)


def _one_row(text: str) -> str:
    return text.replace("\n", " ")


def _lines(worded: _Speaker, told: Told) -> tuple[str, ...]:
    """People ahead, the expected call or when calling goes on, the windows, the time."""
    lines = [worded("ahead", n=told.ahead) if told.ahead else worded("ahead_none")]
    if told.expected:
        lines.append(worded("expected", first=told.expected[0], last=told.expected[1]))
    elif told.calling_from:
        lines.append(worded("calling_from", time=told.calling_from))
    if told.windows:
        lines.append(worded.windows(told.windows))
    return (*lines, worded("time", time=told.time))


class _Speaker:
    """Says one sentence in each language of a slip, one below the other."""

    def __init__(self, plan: Plan, languages: tuple[str, ...]) -> None:
        self._plan = plan
        self._texts: Mapping[str, Text] = plan.slip.texts
        self._languages = languages

    def __call__(self, key: str, **values: object) -> str:
        return self._each(lambda lang: self._sentence(key, lang, values))

    def place(self, floor: str, area: Text) -> str:
        """Where the windows are, the area by its name in each language."""

        def named(lang: str) -> str:
            return self._sentence("place", lang, {"floor": floor, "area": area.get(lang, area.get("zh", ""))})

        return self._each(named)

    def windows(self, numbers: tuple[int, ...]) -> str:
        """The windows that may call the ticket."""

        def listed(lang: str) -> str:
            return BETWEEN_WINDOWS[lang].join(map(str, numbers))

        return self._each(lambda lang: self._sentence("windows", lang, {"windows": listed(lang)}))

    def missed(self) -> str:
        """The rule of missed calls, with the hall's numbers."""
        rules = self._plan.rules
        return self("missed", hold=rules.hold // 60_000, after=rules.reinsert_after)

    def own(self, key: str) -> str:
        """A sentence that only the hall can have; "" without one."""
        text = self._texts.get(key)
        return self._each(lambda lang: text.get(lang, text["zh"])) if text else ""

    def name(self, text: Text) -> str:
        """A name in each language, and in Chinese above it: the staff must find it as well."""
        said = dict.fromkeys([text["zh"], *(text.get(lang, text["zh"]) for lang in self._languages)])
        return "\n".join(said)

    def _each(self, sentence: Callable[[str], str]) -> str:
        return "\n".join(dict.fromkeys(map(sentence, self._languages)))

    def _sentence(self, key: str, lang: str, values: Mapping[str, object]) -> str:
        own = self._texts.get(key, {}).get(lang)
        if own is not None:
            # Not `format`: a hall's sentence reaches the values it names, and nothing behind them.
            return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), own)
        return _catalogue(key, lang, values)


def _catalogue(key: str, lang: str, values: Mapping[str, object]) -> str:
    if key == "missed":
        return translate("hall.rule.missed", lang, **values)
    return translate(f"hall.slip.{key}", lang, **values)

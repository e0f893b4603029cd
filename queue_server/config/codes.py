"""The structure of a matter's codes: 基本编码 and the 31 characters of a 实施编码.

Structure only: whether a code is the one that the 权力清单 gave out is known there and not here.

- 基本编码, national: 12 digits, two of region (00 national, else the province), two of kind, five of the
  matter and three of its part (GB/T 39554.1-2020).
- 基本编码, before that: the kind's two letters, five digits of the matter, three of its part, the last of
  which may be Y (DB22/T 2848-2017, after 国办函〔2016〕108号).
- 实施编码: 统一社会信用代码 of whoever carries it out (18, with the check character of GB 32100-2015), one
  digit of level, and the national 基本编码.
"""

from __future__ import annotations

import re

KIND_NUMBERS = {
    "01": "XK", "02": "CF", "03": "QZ", "04": "ZS", "05": "JF", "06": "JC",
    "07": "QR", "08": "JL", "09": "CJ", "10": "QL", "20": "GG",
}  # fmt: skip
"""The kind of a matter (事项类型) by its two digits, in the letters that hall files use."""

REGIONS = frozenset(
    f"{region:02d}"
    for region in (
        0,
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 67),
    )
)
"""The country, the provinces by GB/T 2260, and 66 for the corps in Xinjiang."""

_NATIONAL = re.compile(r"(?P<region>\d\d)(?P<kind>\d\d)(?P<main>\d{5})(?P<part>\d{3})", re.ASCII)
_LETTERED = re.compile(r"(?P<kind>[A-Z]{2})(?P<main>\d{5})(?P<part>\d{2}[\dY])", re.ASCII)

_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def faults_of_basic(code: str, kind: str) -> list[str]:
    """What is wrong with a 基本编码 of a matter of this kind; nothing when its structure is right."""
    national, lettered = _NATIONAL.fullmatch(code), _LETTERED.fullmatch(code)
    found = national or lettered
    if found is None:
        return ["is no 基本编码: 12 digits, or two letters of kind and 8 characters such as XK00101000"]
    faults = []
    if national and found["region"] not in REGIONS:
        faults.append(f'no region is numbered "{found["region"]}" (characters 1-2)')
    said = KIND_NUMBERS.get(found["kind"]) if national else found["kind"]
    if said is None:
        faults.append(f'no kind of matter is numbered "{found["kind"]}" (characters 3-4)')
    elif said != kind and (said, kind) != ("QT", "QL"):  # 其他行政权力 is written both ways
        faults.append(f"says kind {said}, and the matter is {kind}")
    if found["main"] == "00000":
        faults.append("numbers no matter (five noughts)")
    return faults


def faults_of_implementation(code: str, kind: str, basic: str = "") -> list[str]:
    """What is wrong with a 实施编码; with `basic` it must end in that 基本编码."""
    if len(code) != 31:
        return [f"has {len(code)} characters; a 实施编码 has 31"]
    credit, level, ending = code[:18], code[18], code[19:]
    faults = faults_of_credit(credit)
    if level not in "123456":
        faults.append(f'"{level}" (character 19) is no level: 1 国家 to 6 村')
    faults += [f"characters 20-31: {fault}" for fault in faults_of_basic(ending, kind)]
    if len(basic) == 12 and ending != basic:
        faults.append(f"ends in {ending}, and the 基本编码 is {basic}")
    return faults


def faults_of_credit(code: str) -> list[str]:
    """What is wrong with a 统一社会信用代码 (GB 32100-2015, whose letters leave out I, O, S, V and Z)."""
    wrong = next((i for i, c in enumerate(code) if c not in _CREDIT_LETTERS), None)
    if wrong is not None:
        return [f'"{code[wrong]}" (character {wrong + 1}) never stands in a 统一社会信用代码']
    wanted = credit_check(code[:17])
    if code[17] != wanted:
        return [f'the check character of {code[:17]} is "{wanted}", and "{code[17]}" stands there']
    return []


def credit_check(first: str) -> str:
    """The check character of the first 17 of a 统一社会信用代码."""
    total = sum(_CREDIT_LETTERS.index(c) * w for c, w in zip(first, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_LETTERS[-total % 31]

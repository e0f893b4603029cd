"""The words that a guide may not use: they leave open what is asked of people (等, 其他, 相关).

The reform (吉政办函〔2018〕52号) has them deleted from 申报条件 and 申报材料目录. Titles in 《》 are
quoted as they are, and words that merely contain the character are no catch-alls.
"""

from __future__ import annotations

import re

VAGUE = ("等", "其他", "其它", "相关")

INNOCENT = (
    "等候", "等待", "等级", "等同", "等额", "等值", "等于", "等价", "等分", "等次", "等比例", "等高线",
    "不等", "对等", "相等", "均等", "初等教育", "相关系数",
    "中等(?:专业|职业|教育|学校)", "高等(?:学校|教育|院校|职业|法院)",
    "[一二三四五六七八九十]等(?:奖|功|残|舱|座)",
    "(?<!水)平等", "(?<!合)同等",
)  # fmt: skip
"""Words, as patterns, in which the character means something definite (水平等 and 合同等 are catch-alls)."""

_SAFE = re.compile("《[^》]*》|" + "|".join(INNOCENT))
_VAGUE = re.compile("|".join(VAGUE))


def vague_words(sentence: str) -> list[tuple[int, str]]:
    """The catch-all words of a condition or material, each with its offset (characters from 0)."""
    hidden = _SAFE.sub(lambda safe: "\0" * len(safe.group()), sentence)
    return [(found.start(), found.group()) for found in _VAGUE.finditer(hidden)]

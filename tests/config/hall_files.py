"""A small hall file without a fault, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

MARK = "# here"

SMALL = """\
[hall]
id = "small"
name = { zh = "小厅", ko = "작은 중심", en = "Small hall" }
level = "乡镇"
timezone = "Asia/Shanghai"
languages = ["zh", "ko", "en"]
boundary = "03:00"

[hours]
open = ["08:30-11:30", "13:00-16:30"]
weekdays = ["mon", "周二"]

[rules]
hold = "30 min"

[priority_kinds]
elderly = { zh = "老年人", ko = "로인", en = "Aged" }

[reasons]
pause = { rest = { zh = "休息", ko = "휴식", en = "Rest" } }

[outcomes]
done = { zh = "办结", ko = "완료", en = "Done" }

[[category]]
letter = "A"
name = { zh = "项目投资", ko = "항목투자", en = "Projects" }
target = "30 min"

[[category]]
letter = "G"
name = { zh = "即来即办", ko = "즉시처리", en = "While-you-wait" }
instant = true

[[window]]
number = 1
name = { zh = "一号", ko = "1호", en = "One" }
serves = ["A", "G:ordinary"]

[[window]]
number = 2
name = { zh = "二号", ko = "2호", en = "Two" }
serves = ["*:priority", { pair = "G", penalty = "5 min" }]

[[matter]]
id = "A01"
name = { zh = "备案", ko = "등록", en = "Filing" }
category = "A"
kind = "XK"
instant = false
law = "《建筑法》第七条"
conditions = ["用地批准手续已办理"]
materials = ["营业执照"]
standard = "材料齐全"
steps = ["申请", "受理"]
legal_limit = "7日"
promised_limit = "3工作日"
fee = "不收费"

[[kiosk]]
id = "k1"
printer = "p1"

[[printer]]
id = "p1"
address = "127.0.0.1:9100"
"""


def write(folder: Path, text: str) -> Path:
    """A hall file with this text."""
    path = folder / "hall.toml"
    path.write_text(text, encoding="utf-8")
    return path


def spoil(old: str, new: str) -> str:
    """The small hall with one place changed; `new` has the mark on the line that must be named."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the small hall"
    return SMALL.replace(old, new)


def marked_line(text: str) -> int:
    """The number of the line that has the mark."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if MARK in line)

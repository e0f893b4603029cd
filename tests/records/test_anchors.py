"""Anchors: what was signed outside the store cannot be exchanged, taken out or made up unseen."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from queue_server.hall.plan import HOUR
from queue_server.records.anchors import Anchor, Anchors, BadKey

NINE = 1_795_482_000_000
END = ("yc:{h}:day:2026-11-24", 12, "sha256:aa")


@pytest.fixture
def anchors(tmp_path: Path) -> Anchors:
    return Anchors(tmp_path / "sealed" / "anchors.jsonl")


def test_an_end_is_anchored_once_an_hour_and_not_while_nothing_happens(anchors: Anchors) -> None:
    log, seq, hash = END
    assert anchors.add([END], NINE) == 1
    assert anchors.add([(log, seq + 5, "sha256:bb")], NINE + HOUR - 1) == 0, "this hour has its anchor"
    assert anchors.add([END], NINE + HOUR) == 0, "nothing has happened since"
    assert anchors.add([(log, seq + 5, "sha256:bb")], NINE + HOUR) == 1
    first, second = anchors.all()
    assert (first.log, first.seq, first.hash, first.at) == (log, seq, hash, NINE)
    assert (second.seq, second.at) == (17, NINE + HOUR)
    assert anchors.last() == {log: second}
    assert anchors.faults() == []


def test_a_log_that_became_shorter_is_anchored_anew_in_the_same_hour(anchors: Anchors) -> None:
    log, seq, _ = END
    anchors.add([END], NINE)
    assert anchors.add([(log, seq - 3, "sha256:cc")], NINE + 1) == 1


def test_only_its_owner_reads_the_private_key(anchors: Anchors) -> None:
    anchors.add([END], NINE)
    mode = stat.S_IMODE(anchors.path.with_name("anchors.jsonl.key").stat().st_mode)
    assert mode == 0o600
    assert b"PUBLIC KEY" in anchors.public_key_path.read_bytes()


def three(anchors: Anchors) -> list[bytes]:
    for n in range(3):
        anchors.add([(END[0], 12 + n, f"sha256:{n}")], NINE + n * HOUR)
    return anchors.path.read_bytes().splitlines(keepends=True)


def test_a_line_taken_out_is_found(anchors: Anchors) -> None:
    lines = three(anchors)
    assert anchors.faults() == []
    anchors.path.write_bytes(lines[0] + lines[2])
    assert [fault.partition(":")[0] for fault in anchors.faults()] == ["line 2"]


def test_a_line_that_was_changed_is_found_by_its_signature(anchors: Anchors) -> None:
    lines = three(anchors)
    anchors.path.write_bytes(lines[0] + lines[1] + lines[2].replace(b"sha256:2", b"sha256:9"))
    assert anchors.faults() == ["line 3: its signature is not by this key"]


def test_lines_signed_by_another_key_are_found(anchors: Anchors, tmp_path: Path) -> None:
    three(anchors)
    other = Anchors(tmp_path / "other" / "anchors.jsonl")
    three(other)
    assert len(anchors.faults(other.public_key_path)) == 3


def test_a_line_that_a_power_cut_left_unfinished_was_never_an_anchor(anchors: Anchors) -> None:
    lines = three(anchors)
    anchors.path.write_bytes(b"".join(lines) + lines[2][:40])
    assert anchors.add([(END[0], 40, "sha256:dd")], NINE + 3 * HOUR) == 1
    assert anchors.faults() == []
    assert [anchor.seq for anchor in anchors.all()] == [12, 13, 14, 40]


def test_garbage_in_the_file_is_named_and_what_can_be_read_is_read(anchors: Anchors) -> None:
    lines = three(anchors)
    anchors.path.write_bytes(lines[0] + b"\xff\xfe garbage\n" + lines[1] + lines[2])
    assert [fault.partition(":")[0] for fault in anchors.faults()] == ["line 2", "line 3"]
    assert len(anchors.all()) == 3


def test_a_key_file_that_is_none_is_named(anchors: Anchors) -> None:
    anchors.path.parent.mkdir()
    anchors.path.with_name("anchors.jsonl.key").write_text("no key")
    with pytest.raises(BadKey, match=r"anchors\.jsonl\.key"):
        anchors.add([END], NINE)
    assert anchors.all() == []


TURNS = 20
WRITE = """
import sys
from queue_server.records.anchors import Anchors
for n in range({turns}):
    Anchors(sys.argv[1]).add([(sys.argv[2], n + 1, f"sha256:{{n}}")], n * 3_600_000)
"""


def test_processes_that_share_the_file_do_not_write_into_each_others_lines(anchors: Anchors) -> None:
    anchors.add([END], NINE)
    words = [sys.executable, "-c", WRITE.format(turns=TURNS), str(anchors.path)]
    writers = [subprocess.Popen([*words, f"yc:{{h{n}}}:register"]) for n in range(3)]
    assert [writer.wait(timeout=50) for writer in writers] == [0, 0, 0]
    assert anchors.faults() == []
    assert len(anchors.all()) == 1 + 3 * TURNS
    assert all(isinstance(anchor, Anchor) for anchor in anchors.all())

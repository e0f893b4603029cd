"""`yichuang catalogue`: what an operator reads before a catalogue is used."""

from __future__ import annotations

from pathlib import Path

from queue_server.demo import COUNTY
from tests.cli.commands import yichuang
from tests.config.test_catalogue import MATTERS, as_csv, as_xlsx, rows


async def test_a_good_catalogue_is_well_and_prints_its_figures(tmp_path: Path) -> None:
    table = as_xlsx(tmp_path / "matters.xlsx", rows(MATTERS))
    said = await yichuang("catalogue", "check", table, "--hall", COUNTY)
    assert (said.status, said.err) == (0, "")
    assert f"{table}: well" in said.out
    assert "matters 21\n" in said.out
    assert "accepted by a window 21/21 (100.0%)" in said.out


async def test_a_vague_word_is_named_with_file_row_field_and_character(tmp_path: Path) -> None:
    table = rows(MATTERS)
    table[4][list(table[0]).index("申报条件")] = "具有相关资质"
    said = await yichuang("catalogue", "check", as_csv(tmp_path / "m.csv", table))
    assert (said.status, said.out) == (1, "")
    assert 'm.csv:5: matter[3].conditions[0]: "相关" (character 3) leaves open' in said.err


async def test_two_versions_are_told_apart(tmp_path: Path) -> None:
    table = rows(MATTERS[:-1])
    others = {"申报材料目录": "声明书", "朝鲜文材料目录": "성명서", "英文材料目录": "Declaration"}
    for heading, other in others.items():
        column = list(table[0]).index(heading)
        table[1][column] = f"{table[1][column].splitlines()[0]}\n{other}"
    said = await yichuang("catalogue", "diff", COUNTY, as_csv(tmp_path / "m.csv", table))
    assert said.status == 1
    assert said.out.splitlines() == [
        "~ A01 materials",
        "    - 项目备案登记表",
        "    - 符合产业政策声明",
        "    + 声明书",
        "~ A01 materials_in",
        "    - ko: 항목등록표",
        "    - ko: 산업정책 부합 성명서",
        "    - en: Project filing form",
        "    - en: Declaration of compliance with industrial policy",
        "    + ko: 성명서",
        "    + en: Declaration",
        f"- {MATTERS[-1].id} {MATTERS[-1].name['zh']}",
    ]
    same = await yichuang("catalogue", "diff", COUNTY, COUNTY)
    assert (same.status, same.out) == (0, "")


async def test_a_version_that_cannot_be_used_is_not_compared(tmp_path: Path) -> None:
    said = await yichuang("catalogue", "diff", COUNTY, tmp_path / "none.xlsx")
    assert (said.status, said.out) == (2, "")
    assert "none.xlsx: the file cannot be read" in said.err


async def test_a_table_becomes_matters_of_a_hall_file(tmp_path: Path) -> None:
    table = as_xlsx(tmp_path / "matters.xlsx", rows(MATTERS))
    said = await yichuang("catalogue", "import", table, "--to", tmp_path / "matters.toml")
    assert (said.status, said.out) == (0, f"{tmp_path / 'matters.toml'}: 21 matters\n")
    assert (await yichuang("catalogue", "diff", COUNTY, tmp_path / "matters.toml")).out == ""


async def test_an_import_writes_over_no_file_and_writes_nothing_bad(tmp_path: Path) -> None:
    good, bad = (
        as_csv(tmp_path / "m.csv", rows(MATTERS)),
        as_csv(tmp_path / "bad.csv", [["事项编号"], ["A01"]]),
    )
    there = tmp_path / "there.toml"
    there.write_text("mine")
    assert (await yichuang("catalogue", "import", good, "--to", there)).status == 1
    assert there.read_text() == "mine"
    assert (await yichuang("catalogue", "import", bad, "--to", tmp_path / "new.toml")).status == 1
    assert not (tmp_path / "new.toml").exists()


async def test_a_bad_hall_file_is_told_first(tmp_path: Path) -> None:
    said = await yichuang("catalogue", "check", COUNTY, "--hall", tmp_path / "none.toml")
    assert (said.status, said.out) == (2, "")
    assert "none.toml: the file cannot be read" in said.err

"""`yichuang slip`: a hall's slip as a picture, and the installer's slip on a printer of the hall."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from printers.layout import PAPER_58_MM, PAPER_80_MM
from printers.virtual import Manner, VirtualPrinter
from queue_server.cli.slip import MARGIN
from queue_server.demo import COUNTY
from tests.cli.commands import Said, yichuang
from tests.config.hall_files import SMALL, write
from tests.printers.reading import likeness, number, qr_codes, text


async def preview(out: Path, *words: str) -> Said:
    return await yichuang("slip", "preview", "--hall", COUNTY, "--out", out, *words)


def seen(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.crop((MARGIN, MARGIN, picture.width - MARGIN, picture.height - MARGIN))


async def test_a_preview_shows_the_hall_s_slip_in_both_languages(tmp_path: Path) -> None:
    said = await preview(tmp_path / "slip.png", "--lang", "ko,zh", "--category", "D", "--number", "D1000")
    assert said.status == 0, said.err
    paper = seen(tmp_path / "slip.png")
    assert paper.width == PAPER_80_MM
    assert number(paper) == "D1000"
    assert len(qr_codes(paper)) == 1
    head = paper.crop((0, 0, paper.width, 110))
    assert likeness(text(head, "chi_sim+kor"), "示例县政务服务中心 례시현 정무봉사중심 1楼 1층") > 0.7


@pytest.mark.parametrize("mode", ["raster", "gb18030", "gbk", "utf8"])
async def test_a_preview_is_as_wide_as_the_paper_in_every_mode(tmp_path: Path, mode: str) -> None:
    said = await preview(tmp_path / "slip.png", "--width", "58", "--text-mode", mode, "--priority")
    assert said.status == 0, said.err
    assert seen(tmp_path / "slip.png").width == PAPER_58_MM
    assert "bytes to the printer" in said.out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--lang", "zh,fr"), "no language fr"),
        (("--lang", "zh,ko,en"), "one language or two"),
        (("--category", "Q"), "no category 'Q'"),
        (("--text-mode", "utf16"), "'utf16' is no text mode"),
        (("--number", "A12345678901234567"), "too long for triple size"),
    ],
)
async def test_what_cannot_be_shown_is_refused_with_a_reason(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    said = await preview(tmp_path / "slip.png", *words)
    assert said.status == 1
    assert why in said.err
    assert not (tmp_path / "slip.png").exists()


async def test_a_preview_names_what_no_font_here_draws(tmp_path: Path) -> None:
    hall = write(tmp_path, SMALL.replace("小厅", "小\ue123厅"))
    said = await yichuang("slip", "preview", "--hall", hall, "--out", tmp_path / "slip.png")
    assert "U+E123" in said.err


async def test_the_installer_s_slip_comes_out_of_a_printer_of_the_hall(tmp_path: Path) -> None:
    async with VirtualPrinter(tmp_path / "slips") as printer:
        hall = hall_with(tmp_path, printer)
        said = await yichuang("slip", "commissioning", "--hall", hall)
        (slip,) = await printer.wait_for_slips(1)
    assert (said.status, said.out) == (0, "p1: printed\n")
    assert slip.complete
    assert {"gb18030", "gbk", "utf8"} <= set(slip.lines)


async def test_a_printer_without_paper_says_so_and_nothing_is_sent(tmp_path: Path) -> None:
    async with VirtualPrinter(tmp_path / "slips") as printer:
        await printer.misbehave(Manner.PAPER_OUT)
        said = await yichuang("slip", "commissioning", "--hall", hall_with(tmp_path, printer))
        assert len(printer.slips) == 0
    assert said.status == 1
    assert "paper_out" in said.err


async def test_the_installer_s_slip_goes_to_a_file_for_printers_that_no_hall_has_yet(tmp_path: Path) -> None:
    said = await yichuang(
        "slip", "commissioning", "--to", tmp_path / "slip.bin", "--out", tmp_path / "slip.png"
    )
    assert said.status == 0
    assert (tmp_path / "slip.bin").read_bytes().startswith(b"\x1b@")
    assert len(qr_codes(seen(tmp_path / "slip.png"))) == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say where it goes"),
        (("--hall", str(COUNTY), "--printer", "p9"), "no printer 'p9'"),
        (("--hall", "none.toml"), "the hall file has errors"),
    ],
)
async def test_a_slip_without_a_way_to_go_is_refused_with_a_reason(words: tuple[str, ...], why: str) -> None:
    said = await yichuang("slip", "commissioning", *words)
    assert said.status == 1
    assert why in said.err


def hall_with(folder: Path, printer: VirtualPrinter) -> Path:
    """The small hall with this printer."""
    host, port = printer.address
    return write(folder, SMALL.replace("127.0.0.1:9100", f"{host}:{port}"))


def test_a_picture_needs_nothing_of_the_server(tmp_path: Path) -> None:
    watch = (
        "import sys; from queue_server.cli.slip import Wanted, preview_slip, print_commissioning_slip;"
        "from pathlib import Path; here = Path(sys.argv[1]);"
        "assert preview_slip(Path(sys.argv[2]), Wanted(), here / 'a.png') == 0;"
        "assert print_commissioning_slip(None, '', here / 'a.bin', None) == 0;"
        "print({'redis', 'starlette', 'uvicorn', 'jinja2', 'sortedcontainers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch, tmp_path, COUNTY], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"

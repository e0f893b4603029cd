"""The documents say what the code and the Makefile have."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from queue_server.hall import accounts, commands, events, model
from scripts import reference

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


STRUCTS = [one for kind in (commands.Command, events.Event, accounts.Fact) for one in kind.__subclasses__()]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: str(struct.__name__))
def test_every_command_and_event_says_what_it_means(struct: type) -> None:
    assert (vars(struct)["__doc__"] or "").strip()


def test_the_state_diagram_shows_every_move_of_the_table() -> None:
    drawn = set(re.findall(r"^ +(\S+) --> (\S+)$", reference.state_diagram(), re.MULTILINE))
    moves = {(a or "[*]", b) for a, following in model.FOLLOWS.items() for b in following if a != b}
    assert drawn == moves | {("ended", "[*]")}


def test_every_make_target_is_explained() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    explained = re.findall(r"^\| `make ([a-z]+)`", CONTRIBUTING, re.MULTILINE)
    assert sorted(targets) == sorted([*explained, "help"])


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_package_that_is_asked_for_is_reviewed_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    extras = project["project"]["optional-dependencies"].values()
    asked = [*project["project"]["dependencies"], *(each for extra in extras for each in extra)]
    asked += [each for group in groups for each in group if isinstance(each, str)]
    wanted = {re.split(r"[^\w.-]", each)[0].lower() for each in asked}
    review = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").partition("## Looked at")[0]
    rows = [line.split("|")[1] for line in review.splitlines() if line.startswith("| ")]
    named = {name.strip().removesuffix(" (npm)") for row in rows for name in row.split(",")}
    assert named - {"Package", "typescript"} == wanted

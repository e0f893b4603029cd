"""The documents say what the code and the Makefile have."""

from __future__ import annotations

import re
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

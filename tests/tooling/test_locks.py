"""The lock files hold everything that pyproject.toml asks for, hashed, and nothing of one machine."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run", "dev")


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", lock(name), re.MULTILINE))


def asked(*groups: str) -> list[Requirement]:
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["server"]]
    for group in groups:
        lines += PROJECT["dependency-groups"][group]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "groups"), [("run", ("build",)), ("dev", ("build", "watch", "test", "check"))]
)
def test_every_dependency_is_locked_at_a_version_that_is_asked_for(
    name: str, groups: tuple[str, ...]
) -> None:
    locked = pins(name)
    for wanted in asked(*groups):
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), wanted


def test_the_product_runs_in_tests_on_the_versions_it_is_shipped_with() -> None:
    assert pins("run").items() <= pins("dev").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock(name).split("make lock\n")[1])
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_and_no_path_is_in_a_lock(name: str) -> None:
    assert not re.search(r"://|--index|--find-links|file:| @ |^-|[ =](/|\.\.?/)", lock(name), re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_nothing_big_that_we_do_not_use_slips_in(name: str) -> None:
    assert not {"torch", "numpy", "scipy", "pandas"} & pins(name).keys()


def test_the_console_is_pinned_exactly() -> None:
    (textual,) = (wanted for wanted in asked() if wanted.name == "textual")
    assert str(textual.specifier).startswith("==")


def test_npm_s_lock_has_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(
        "integrity" in package and "resolved" not in package for name, package in packages.items() if name
    )

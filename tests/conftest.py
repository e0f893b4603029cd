"""What tests of every area share: a real store, a hall of their own, a browser, the `proves` marker.

Never import from here: helpers to import live in modules such as `tests.waiting`.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from scripts.proofs import known_ids
from tests.store_server import running_store

BROWSER_FIXTURES = {"playwright", "browser", "context", "page", "new_context"}

SEVERAL = "server processes"
TOGETHER = {
    "tests/faults/test_frozen_boards.py": SEVERAL,
    "tests/faults/test_scenarios_of_several.py": SEVERAL,
    "tests/faults/test_several_processes.py": SEVERAL,
    "tests/faults/test_trouble_of_several.py": SEVERAL,
    "tests/faults/test_time_of_several.py": "clocked processes",
    "tests/browser/test_enrolling.py": "enrolling",
    "tests/browser/test_kiosk_steps.py": "kiosk steps",
    "tests/browser/test_store_gone.py": "store gone",
}
"""The files whose tests share what is dear to start, and so run in one worker, by what they share."""

settings.register_profile("short", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("short"), max_examples=2000, stateful_step_count=200)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Whoever asks for a page needs a browser."""
    if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
        item.add_marker("browser")


@pytest.hookimpl(trylast=True)  # after the order was shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, rows first, and a test can only prove what docs/scenarios.md names.

    Playwright keeps its own event loop running in the process once it has started, and no
    coroutine test can run after that.
    """
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, _row(item.nodeid) == ""))
    known = set(known_ids())
    for item in items:
        for marker in item.iter_markers("proves"):
            if not marker.args or not known.issuperset(marker.args):
                raise pytest.UsageError(f"{item.nodeid}: proves{marker.args} is not in docs/scenarios.md")


def _row(nodeid: str) -> str:
    return TOGETHER.get(nodeid.partition("::")[0], "")


class InRows(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each worker one test after the other, and those of a row of `TOGETHER` to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return _row(nodeid) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the order is that of `pytest_collection_modifyitems`
    return InRows(config, log)


# --- the store ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """The address of a real store, started for this run and shared by all its tests."""
    with running_store() as url:
        yield url


@pytest.fixture
def hall_id() -> str:
    """A hall that no other test has: nothing needs to be flushed."""
    return f"hall-{uuid.uuid4().hex[:12]}"


# --- the browser ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url() -> None:
    """Pages are opened by their whole address: every test serves its own."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium; without one, the build that Playwright keeps."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    place = {"executable_path": found} if found else {}
    return browser_type_launch_args | place | {"args": [*quiet, "--autoplay-policy=no-user-gesture-required"]}

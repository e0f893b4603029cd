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

from scripts.proofs import known_ids
from tests.store_server import running_store

BROWSER_FIXTURES = {"playwright", "browser", "context", "page", "new_context"}

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
    """Browser tests come last, and a test can only prove what docs/scenarios.md names.

    Playwright keeps its own event loop running in the process once it has started, and no
    coroutine test can run after that.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    known = set(known_ids())
    for item in items:
        for marker in item.iter_markers("proves"):
            if not marker.args or not known.issuperset(marker.args):
                raise pytest.UsageError(f"{item.nodeid}: proves{marker.args} is not in docs/scenarios.md")


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

"""The halls of the board and kiosk tests: one real server a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.board_app import Hall, hall
from tests.browser.kiosk_hall import KioskHall, kiosk_hall


@pytest.fixture
def board_hall() -> Iterator[Hall]:
    with hall() as running:
        yield running


@pytest.fixture
def kiosk() -> Iterator[KioskHall]:
    with kiosk_hall() as running:
        yield running

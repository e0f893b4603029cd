"""Each part can be taken alone: a device package brings neither the server nor another device."""

from __future__ import annotations

import subprocess
import sys

import pytest

LEAKS = """
import sys
import {package}
print(*sorted({{name.split(".")[0] for name in sys.modules}} & {others}))
"""


@pytest.mark.parametrize("package", ["kiosk", "displays", "printers"])
def test_a_device_package_starts_without_web_server_store_or_the_others(package: str) -> None:
    others = {"starlette", "redis", "queue_server", "kiosk", "displays", "printers"} - {package}
    code = LEAKS.format(package=package, others=others)
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == ""


def test_the_check_itself_would_see_a_leak() -> None:
    code = LEAKS.format(package="starlette.routing, sys", others={"starlette"})
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "starlette"

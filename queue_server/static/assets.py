"""The files that pages need, at addresses that change when any of them changes.

All static directories appear as one, ``/static/<version>/<name>``, where the version is
the hash of everything. Relative imports between modules work, a browser may keep a file
for ever, and a screen that sees another version knows that its own page is old.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from queue_server.static.packing import LEAST, PACKED, packed, wants_packed, without_notes

SHARED = Path(__file__).parent
"""The directory of what all pages share."""

_SERVED = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}

TEXTS = frozenset({".js", ".css", ".svg"})


class Assets:
    """Static files of the shared pages and of each device package, in memory.

    `directories` are served (flat, files of known types only); a name that occurs twice
    raises ValueError. `templates` are not served but count for the version, so that a
    changed page is a new version too.
    """

    def __init__(self, directories: Iterable[Path], templates: Iterable[Path] = ()) -> None:
        self._files = _gather(directories)
        self.version = _hash_of(self._files, templates)
        self._packed = {
            name: packed(content, 9)
            for name, content in self._files.items()
            if Path(name).suffix in TEXTS and len(content) > LEAST
        }

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for a file that is not there."""
        if name not in self._files:
            raise KeyError(f"no static file {name!r}")
        return f"/static/{self.version}/{name}"

    def text(self, name: str) -> str:
        """What a file says, for a page that has it in itself. Raises KeyError without such a file."""
        return self._files[name].decode()

    def routes(self) -> list[Route]:
        """The route that serves them."""
        return [Route("/static/{version}/{name}", self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = self._files.get(name)
        if content is None:
            raise HTTPException(404, f"no static file {name[:80]!r}")
        # A page of an older version may still ask for its files during an update: it gets
        # today's, but must not keep them under yesterday's address.
        current = request.path_params["version"] == self.version
        keeping = "public, max-age=31536000, immutable" if current else "no-store"
        headers = {"cache-control": keeping, "x-content-type-options": "nosniff", "vary": "accept-encoding"}
        short = self._packed.get(name)
        if short is not None and wants_packed(request.headers.get("accept-encoding", "")):
            return Response(short, headers=headers | PACKED, media_type=media_type(name))
        return Response(content, headers=headers, media_type=media_type(name))


def media_type(name: str) -> str:
    """What kind of file a name says it is."""
    return _SERVED.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _gather(directories: Iterable[Path]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for directory in directories:
        for place in sorted(directory.iterdir()):
            if not place.is_file() or place.suffix in {".py", ".pyc"} or place.name.startswith("."):
                continue
            if place.name in files:
                raise ValueError(f"two static files are named {place.name}: the second is {place}")
            content = place.read_bytes()
            files[place.name] = without_notes(content) if place.suffix == ".js" else content
    return files


def _hash_of(files: dict[str, bytes], templates: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    for directory in templates:
        for place in sorted(directory.rglob("*")):
            if place.is_file():
                digest.update(f"{place.name}\0".encode() + place.read_bytes())
    return digest.hexdigest()[:12]

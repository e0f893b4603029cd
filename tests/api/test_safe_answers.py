"""What a browser is told with every answer: pages, the API, errors and refused handshakes alike."""

from __future__ import annotations

import re

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from queue_server.api.headers import ALWAYS
from tests.api.hall import served

PAGES = ("/halls/{hall}/board", "/kiosk/{hall}", "/t/{hall}/x")
LOST = ("/kiosk/nowhere", "/halls/nowhere/board", "/t/nowhere/x", "/nowhere", "/static/x/y")
API = ("/api/halls/{hall}/board", "/api/halls/{hall}/me", "/api/halls/{hall}/me?token=x", "/openapi.json")
REST = ("/healthz", "/readyz", "/metrics", "/static/{version}/tokens.css", "/static/{version}/link.js")
PATHS = (*PAGES, *LOST, *API, *REST)


async def test_every_answer_is_a_safe_one(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        for path in PATHS:
            version = hall.site.assets.version
            answer = await hall.client.get(path.format(hall=hall_id, version=version))
            for name, _ in ALWAYS:
                assert answer.headers.get_list(name.decode()), (path, name)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert "http:" not in policy, path
            assert "*" not in policy, path
            for needed in ("base-uri 'none'", "form-action 'none'", "frame-ancestors"):
                assert needed in policy, (path, needed)
            assert "strict-transport-security" not in answer.headers, "only over TLS"


async def test_a_page_has_nothing_that_its_policy_would_have_to_allow(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        for path in PAGES:
            page = (await hall.client.get(path.format(hall=hall_id))).text
            assert not re.search(r"\son\w+\s*=|javascript:|\sstyle\s*=", page), path
            assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", page), path
            for script in re.findall(r"<script[^>]*>", page):
                assert "src=" in script or "application/json" in script, (path, script)


async def test_what_fails_and_a_refused_handshake_are_safe_too(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        routes = {getattr(route, "path", ""): route for route in hall.app.routes}

        async def broken(scope: object, receive: object, send: object) -> None:
            raise ZeroDivisionError("made to fail")

        routes["/api/halls/{hall}/me"].app = broken  # type: ignore[attr-defined]
        failed = await hall.get("kiosk", "/me")
        assert failed.status_code == 500
        assert "default-src 'none'" in failed.headers["content-security-policy"]
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{hall.sockets}/windows/8/live")
        assert "default-src 'none'" in refused.value.response.headers["content-security-policy"]

"""A page of another site can neither act with a browser's cookie nor open a socket."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from queue_server.api.cookies import cookie_name, set_cookie
from tests.api.hall import Served, served
from tests.api.people import person, sign_in

FOREIGN = ["https://evil.example", "null", "http://127.0.0.1:1", "http://hall.test.evil.example"]


async def browser(hall: Served, login: str = "li") -> httpx.AsyncClient:
    """A browser in which a manager has signed in by a page."""
    await person(hall, login, "manager")
    answer = await sign_in(hall, login, cookie=True)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token"] == ""
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    name, _, value = cookie.partition(";")[0].partition("=")
    return httpx.AsyncClient(base_url=hall.base, cookies={name: value})


async def test_a_cookie_carries_a_change_from_its_own_site_only(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, await browser(hall) as page:
        address = f"/api/halls/{hall_id}/notice"
        body = {"text": {"zh": "系统维护"}}
        before = hall.tail
        for n, origin in enumerate([*FOREIGN, None]):
            headers = {"idempotency-key": f"k{n}"} | ({"origin": origin} if origin else {})
            refused = await page.post(address, json=body, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "other_site"), origin
        assert hall.tail == before
        own = {"idempotency-key": "own", "origin": hall.base}
        assert (await page.post(address, json=body, headers=own)).status_code == 200
        public = {"idempotency-key": "proxied", "origin": "http://hall.test"}
        assert (await page.post(address, json={"text": {}}, headers=public)).status_code == 200
        assert (await page.get(f"/api/halls/{hall_id}/me")).json()["role"] == "manager"


async def test_no_other_site_signs_somebody_in_or_out(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, await browser(hall) as page:
        body = {"login": "li", "password": "x", "cookie": True}
        for origin in FOREIGN:
            for path, content in (("sign-in", body), ("sign-out", {})):
                answer = await page.post(
                    f"/api/halls/{hall_id}/{path}", json=content, headers={"origin": origin}
                )
                assert answer.json()["code"] == "other_site", (path, origin)
        left = await page.post(f"/api/halls/{hall_id}/sign-out", json={}, headers={"origin": hall.base})
        assert left.status_code == 200
        assert "Max-Age=0" in left.headers["set-cookie"]
        assert (await page.get(f"/api/halls/{hall_id}/me")).json()["code"] == "signed_out"
        assert (await page.get(f"/api/halls/{hall_id}/board")).status_code == 200, (
            "the public part stays open"
        )


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/board/live", "clerk8"),
        ("/kiosk/live", "clerk8"),
        ("/windows/8/live", "clerk8"),
        ("/windows/8/pad/live", "pad"),
        ("/floor/live", "floor"),
    ],
)
async def test_every_socket_looks_where_a_browser_comes_from(
    store_url: str, hall_id: str, path: str, who: str
) -> None:
    async with served(store_url, hall_id) as hall:
        token = {"Authorization": f"Bearer {who}"}
        for origin in FOREIGN:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{hall.sockets}{path}", additional_headers=token | {"Origin": origin})
            assert refused.value.response.status_code == 403
            assert b'"code":"other_site"' in refused.value.response.body
        for mine in ({"Origin": hall.base}, {}):
            async with connect(f"{hall.sockets}{path}", additional_headers=token | mine) as socket:
                assert await socket.recv()


async def test_a_page_opens_its_window_by_cookie(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, await browser(hall) as page:
        cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        address = f"{hall.sockets}/windows/8/live"
        own = {"Cookie": cookie, "Origin": hall.base}
        async with connect(address, additional_headers=own) as socket:
            assert await socket.recv()
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, additional_headers={"Cookie": cookie})
        assert refused.value.response.status_code == 403, "a cookie without an origin proves nothing"


@pytest.mark.parametrize(
    ("scheme", "host", "secure"),
    [
        ("https", "hall.example", True),
        ("http", "hall.example", True),
        ("https", "127.0.0.1", True),
        ("http", "127.0.0.1:8080", False),
        ("http", "localhost", False),
    ],
)
def test_a_cookie_is_secure_except_on_this_very_machine(scheme: str, host: str, secure: bool) -> None:
    scope = {"type": "http", "scheme": scheme, "path": "/", "query_string": b"", "server": None}
    asked = HTTPConnection({**scope, "headers": [(b"host", host.encode())]})
    made = set_cookie(asked, "county", "s.x")
    assert ("; Secure" in made) == secure
    assert made.startswith("__Host-" if secure else "yichuang-")
    assert cookie_name(asked, "county") in made

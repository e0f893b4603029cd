"""Single sign-on against a real OpenID Connect provider that runs beside the hall."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from queue_server.access.sso import Provider, SsoFailed, SsoSettings, new_errand
from queue_server.api.sso import own_page
from queue_server.app import AccessRules
from queue_server.hall.accounts import AddAccount, LockAccount
from tests.api.hall import NO_LIMIT, Served, served
from tests.api.people import give
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def provider() -> AsyncIterator[str]:
    """A provider in a process of its own, while the block runs; its issuer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port),
        "--require-nonce", "true", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(f"{issuer}/.well-known/openid-configuration")).is_success
            except httpx.TransportError:
                return False

    try:
        await wait_until(answers, 60)
        yield issuer
    finally:
        running.terminate()
        await running.wait()


@asynccontextmanager
async def hall_with_sso(store_url: str, hall_id: str) -> AsyncIterator[tuple[Served, str]]:
    """A hall whose people sign in at a provider; `hall_with_sso` gives it and the issuer."""
    async with provider() as issuer:
        rules = AccessRules(tickets=NO_LIMIT.tickets, sso=SsoSettings(issuer, "yichuang", "client-secret"))
        async with served(store_url, hall_id, rules=rules) as hall:
            hall.site.public_url = hall.base
            yield hall, issuer


async def through(hall: Served, browser: httpx.AsyncClient, subject: str, to: str = "") -> httpx.Response:
    """A browser's way: to the hall, to the provider, whose form is filled in, and back."""
    sent = await browser.get(f"{hall.base}/sso/{hall.hall}", params={"to": to} if to else {})
    assert sent.status_code == 302, sent.text
    agreed = await browser.post(sent.headers["location"], data={"sub": subject})
    assert agreed.status_code == 302, agreed.text
    return await browser.get(agreed.headers["location"])


async def test_whom_the_provider_vouches_for_is_signed_in(store_url: str, hall_id: str) -> None:
    async with hall_with_sso(store_url, hall_id) as (hall, _), httpx.AsyncClient() as browser:
        await give(hall.site, hall_id, AddAccount("li", "李", "clerk", (8,), sso="subject-li"))
        back = await through(hall, browser, "subject-li", "/kiosk/x?y=1&z=2")
        assert back.status_code == 200, back.text
        assert 'content="0;url=/kiosk/x?y=1&amp;z=2"' in back.text
        cookies = back.headers.get_list("set-cookie")
        assert any("SameSite=Strict" in cookie and "HttpOnly" in cookie for cookie in cookies)
        me = (await browser.get(f"{hall.base}/api/halls/{hall_id}/me")).json()
        assert (me["id"], me["role"], me["windows"]) == ("staff:li", "clerk", [8])


async def test_the_provider_says_who_but_the_hall_says_what(store_url: str, hall_id: str) -> None:
    async with hall_with_sso(store_url, hall_id) as (hall, _), httpx.AsyncClient() as browser:
        unknown = await through(hall, browser, "a-stranger")
        assert unknown.status_code == 403
        assert "请找管理员" in unknown.text
        assert "a-stranger" not in unknown.text
        await give(hall.site, hall_id, AddAccount("li", "李", "clerk", sso="subject-li"))
        await give(hall.site, hall_id, LockAccount("li"))
        assert (await through(hall, browser, "subject-li")).status_code == 403
        assert (await browser.get(f"{hall.base}/api/halls/{hall_id}/me")).status_code == 401


async def test_an_answer_counts_once_and_for_the_browser_that_asked(store_url: str, hall_id: str) -> None:
    async with (
        hall_with_sso(store_url, hall_id) as (hall, _),
        httpx.AsyncClient() as browser,
        httpx.AsyncClient() as other,
    ):
        await give(hall.site, hall_id, AddAccount("li", "李", "clerk", sso="subject-li"))
        sent = await browser.get(f"{hall.base}/sso/{hall_id}")
        agreed = await browser.post(sent.headers["location"], data={"sub": "subject-li"})
        answer = agreed.headers["location"]
        assert (await other.get(answer)).status_code == 502, "another browser"
        cookie = sent.headers["set-cookie"].partition(";")[0]
        assert (await browser.get(answer)).status_code == 200
        again = await other.get(answer, headers={"cookie": cookie})
        assert again.status_code == 502, "an answer counts once"
        state = parse_qs(urlsplit(answer).query)["state"][0]
        forged = await browser.get(f"{hall.base}/sso/{hall_id}/back?state={state}&code=made-up")
        assert forged.status_code == 502


async def test_a_provider_that_is_away_is_said_in_a_sentence(store_url: str, hall_id: str) -> None:
    rules = AccessRules(sso=SsoSettings("http://127.0.0.1:1", "yichuang"))
    async with served(store_url, hall_id, rules=rules) as hall:
        away = await hall.client.get(f"/sso/{hall_id}")
        assert away.status_code == 502
        assert "统一登录没有成功" in away.text
    async with served(store_url, hall_id) as hall:
        assert (await hall.client.get(f"/sso/{hall_id}")).status_code == 404


ISSUER = "https://login.test"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": "https://other.test"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": 1}, "expired"),
        ({"sub": None}, "no sub"),
        ({"sub": ["a"]}, "sub"),
    ],
    ids=str,
)
def test_an_identity_that_is_not_meant_for_us_is_not_believed(change: dict[str, Any], why: str) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    told = Provider(SsoSettings(ISSUER, "yichuang"))
    now = int(time.time())
    good = {"iss": ISSUER, "aud": "yichuang", "nonce": "n", "iat": now, "exp": now + 60, "sub": "li"}
    claims = {name: value for name, value in (good | change).items() if value is not None}

    def believed(claims: dict[str, Any]) -> str:
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        return told._believed(token, KeySet([key]), "n")

    assert believed(good) == "li"
    with pytest.raises(SsoFailed, match=why):
        believed(claims)


def test_an_identity_that_another_key_or_none_has_signed_is_not_believed() -> None:
    ours, theirs = RSAKey.generate_key(2048, auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)
    told = Provider(SsoSettings(ISSUER, "yichuang"))
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "yichuang", "nonce": "n", "iat": now, "exp": now + 60, "sub": "li"}
    forged = jwt.encode({"alg": "RS256", "kid": ours.kid}, claims, theirs)
    header, _, rest = forged.partition(".")
    unsigned = "eyJhbGciOiJub25lIn0." + rest.partition(".")[0] + "."
    for token in (forged, unsigned, f"{header}.", "nonsense", ""):
        with pytest.raises(SsoFailed):
            told._believed(token, KeySet([ours]), "n")


@pytest.mark.parametrize(
    "to", ["", "//evil.test", "/\\evil.test", "https://evil.test", "javascript:1", "/a\nb"]
)
def test_nobody_is_led_on_to_another_site(to: str) -> None:
    assert own_page(to, "county") == "/staff/county"
    assert own_page("/kiosk/county", "county") == "/kiosk/county"
    assert new_errand("/x").verifier != new_errand("/x").verifier

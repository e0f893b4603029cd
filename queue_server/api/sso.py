"""The two pages of single sign-on: out to the provider, and back with a session.

The session's cookie is SameSite=Strict, which a browser does not send along while it comes from another
site: so whoever is back gets a small page of ours that leads on, instead of a redirect.
"""

from __future__ import annotations

from html import escape

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from queue_server.access.principals import new_token, same, token_hash
from queue_server.access.sso import Errand, Provider, SsoFailed, new_errand
from queue_server.api.cookies import is_plain, set_cookie
from queue_server.api.who import Halls, found_hall, store_trouble
from queue_server.hall.refusals import Refused
from queue_server.locale import languages, translate
from queue_server.views import refusal_text

log = structlog.get_logger()

ERRAND_MS = 10 * 60_000
"""How long somebody may take at the provider."""
BOUND = "yichuang-sso"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}


def routes(halls: Halls, provider: Provider | None) -> list[BaseRoute]:
    """Where single sign-on begins and ends; none where the hall has no provider."""
    if provider is None:
        return []
    door = _Door(halls, provider)
    return [
        Route("/sso/{hall}", door.out, methods=["GET"]),
        Route("/sso/{hall}/back", door.back, methods=["GET"]),
    ]


class _Door:
    def __init__(self, halls: Halls, provider: Provider) -> None:
        self._halls = halls
        self._provider = provider

    async def out(self, request: Request) -> Response:
        """Send somebody to the provider, with an errand that this very browser must bring back."""
        hall = found_hall(self._halls, request.path_params["hall"])
        state = new_token()
        errand = new_errand(own_page(request.query_params.get("to", ""), hall.id))
        try:
            address = await self._provider.address(errand, state, self._back(hall.id))
        except SsoFailed as failed:
            return _failed(hall.id, failed)
        vault = self._halls.sessions(hall.id).vault
        with store_trouble():
            await vault.put_errand(token_hash(state), msgspec.json.encode(errand), ERRAND_MS)
        answer = RedirectResponse(address, 302, {"cache-control": "no-store"})
        answer.headers["set-cookie"] = _bound(request, hall.id, state)
        return answer

    async def back(self, request: Request) -> Response:
        """Somebody is back: whom the provider vouches for gets a session, if the hall has the account."""
        hall = found_hall(self._halls, request.path_params["hall"])
        sessions = self._halls.sessions(hall.id)
        state = request.query_params.get("state", "")
        if not state or not same(request.cookies.get(BOUND, ""), state):
            return _failed(hall.id, SsoFailed("the answer belongs to no question of this browser"))
        with store_trouble():
            kept = await sessions.vault.take_errand(token_hash(state))
        if kept is None or "code" not in request.query_params:
            return _failed(hall.id, SsoFailed("the provider let nobody in, or it took too long"))
        errand = msgspec.json.decode(kept, type=Errand)
        try:
            subject = await self._provider.subject(errand, request.query_params["code"], self._back(hall.id))
        except SsoFailed as failed:
            return _failed(hall.id, failed)
        account = hall.register.state.by_sso(subject)
        if account is None:
            return _failed(hall.id, SsoFailed("nobody of this hall"), 403, "access.sso_unknown")
        address = request.client.host if request.client else ""
        try:
            with store_trouble():
                signed = await sessions.enter(account, address)
        except Refused as refusal:
            return _page(refusal_text(refusal), refusal.status)
        answer = _on_to(errand.to)
        answer.headers.append("set-cookie", set_cookie(request, hall.id, signed.token))
        answer.headers.append("set-cookie", _bound(request, hall.id, ""))
        return answer

    def _back(self, hall: str) -> str:
        return f"{self._halls.public_url}/sso/{hall}/back"


def own_page(to: str, hall: str) -> str:
    """A page of this site to go on to; anything else is where staff find all of theirs."""
    own = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isascii() and to.isprintable()
    return to if own else f"/staff/{hall}"


def _bound(request: Request, hall: str, state: str) -> str:
    """Binds the errand to the browser; Lax, because the provider's redirect must carry it."""
    end = "; Max-Age=0" if not state else f"; Max-Age={ERRAND_MS // 1000}"
    secure = "" if is_plain(request) else "; Secure"
    return f"{BOUND}={state}; Path=/sso/{hall}; HttpOnly; SameSite=Lax{secure}{end}"


def _on_to(page: str) -> HTMLResponse:
    place = escape(page, quote=True)
    said = " · ".join(escape(translate("access.sso_go_on", lang)) for lang in languages())
    content = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>一窗</title>'
        f'<meta http-equiv="refresh" content="0;url={place}"><p><a href="{place}">{said}</a></p></html>'
    )
    return HTMLResponse(content, headers=HEADERS)


def _failed(hall: str, failed: SsoFailed, status: int = 502, key: str = "access.sso_failed") -> HTMLResponse:
    log.warning("single sign-on failed", hall=hall, why=str(failed))
    return _page({lang: translate(key, lang) for lang in languages()}, status)


def _page(said: dict[str, str], status: int) -> HTMLResponse:
    tags = {"zh": "zh-CN", "ko": "ko-CN"}
    rows = "".join(f'<p lang="{tags.get(lang, lang)}">{escape(text)}</p>' for lang, text in said.items())
    content = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>一窗</title>{rows}</html>'
    return HTMLResponse(content, status, headers=HEADERS)

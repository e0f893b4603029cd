"""Signing in and out over HTTP, and changing the own password."""

from __future__ import annotations

from queue_server import wire
from queue_server.access.sessions import Signed, principal_of_account
from queue_server.api.calls import Call
from queue_server.api.cookies import set_cookie
from queue_server.api.who import must_be_own_site, store_trouble
from queue_server.hall.refusals import NotYours


async def sign_in(call: Call) -> wire.SignedIn:
    """Sign in with name and password."""
    body = await call.body(wire.SignIn)
    if body.cookie:
        must_be_own_site(call.request, call.halls, strict=True)
    with store_trouble():
        signed = await call.halls.sessions(call.hall.id).sign_in(body.login, body.password, call.address)
    return told(call, signed, body.cookie)


async def sign_out(call: Call) -> wire.Done:
    """End this session."""
    await call.body(wire.Nothing)
    _must_be_a_session(call)
    with store_trouble():
        await call.halls.sessions(call.hall.id).sign_out(call.who.session)
    call.answer_headers["set-cookie"] = set_cookie(call.request, call.hall.id, "")
    return wire.Done(seq=0)


async def change_password(call: Call) -> wire.SignedIn:
    """Change the own password; every other session of the person ends."""
    body = await call.body(wire.NewPassword)
    _must_be_a_session(call)
    login = call.principal.id.removeprefix("staff:")
    with store_trouble():
        signed = await call.halls.sessions(call.hall.id).change_password(
            login, body.old, body.new, call.address
        )
    return told(call, signed, body.cookie)


def _must_be_a_session(call: Call) -> None:
    """A person who acts by a granted token has no password here and nothing to end."""
    if not call.who.session:
        raise NotYours("not_allowed")


def told(call: Call, signed: Signed, by_cookie: bool) -> wire.SignedIn:
    """What somebody who has just signed in is told; the token only where no cookie carries it."""
    who = principal_of_account(signed.account)
    if by_cookie:
        call.answer_headers["set-cookie"] = set_cookie(call.request, call.hall.id, signed.token)
    return wire.SignedIn(
        me=wire.WhoAmI(id=who.id, name=who.name, role=who.role, hall=call.hall.id, windows=who.windows),
        until=signed.until,
        must_change=signed.account.must_change,
        token="" if by_cookie else signed.token,
    )

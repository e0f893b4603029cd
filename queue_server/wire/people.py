"""Who somebody is: signing in, and whom the hall takes them for."""

from __future__ import annotations

import msgspec

from queue_server.wire.words import Code, Secret


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sign in. With `cookie` the session goes into a cookie that no script reads, and not into the answer."""

    login: Code
    password: Secret
    cookie: bool = False


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Change the own password; every other session of the person ends."""

    old: Secret
    new: Secret
    cookie: bool = False


class WhoAmI(msgspec.Struct, frozen=True):
    """The principal behind a token; `department` is whose cases somebody of a department handles."""

    id: str
    name: str
    role: str
    hall: str
    windows: tuple[int, ...]
    department: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """Somebody is signed in, until `until` (ms) at the latest. `token` is "" where it is in a cookie.

    With `must_change` nothing else is allowed before the first password is changed.
    """

    me: WhoAmI
    until: int
    must_change: bool
    token: str = ""

"""The hall's own single sign-on, where it has one: OpenID Connect with a code, PKCE and a nonce.

The provider says who somebody is; what they may do in a hall stays with the hall: only a person whose
account names this subject (`yichuang user add --sso`) is let in.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

DEADLINE = 5.0
"""Seconds for each question to the provider."""
KNOWN_FOR = 3600.0
"""Seconds after which the provider's description and keys are asked for again."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has: neither none nor a shared secret."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ."""


class SsoFailed(Exception):
    """The provider could not be asked, or what it says cannot be believed; the sentence says why."""


class SsoSettings(msgspec.Struct, frozen=True):
    """Which provider, and as which of its clients. `claim` is what an account's `sso` is compared with."""

    issuer: str
    client_id: str
    client_secret: str = ""
    claim: str = "sub"


class Errand(msgspec.Struct, frozen=True):
    """What somebody who was sent to the provider must come back to: never leaves the server."""

    verifier: str
    nonce: str
    to: str


class Description(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str


def new_errand(to: str) -> Errand:
    """A fresh errand, after which the person goes on to the page `to`."""
    return Errand(secrets.token_urlsafe(48), secrets.token_urlsafe(24), to)


class Provider:
    """An OpenID Connect provider."""

    def __init__(self, settings: SsoSettings) -> None:
        self._settings = settings
        self._known: tuple[float, Description, KeySet] | None = None

    async def address(self, errand: Errand, state: str, back: str) -> str:
        """Where to send somebody to sign in; the provider sends them `back`. Raises `SsoFailed`."""
        described, _ = await self._described()
        digest = hashlib.sha256(errand.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": state,
            "nonce": errand.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in described.authorization_endpoint else "?"
        return f"{described.authorization_endpoint}{joint}{urlencode(asked)}"

    async def subject(self, errand: Errand, code: str, back: str) -> str:
        """Who came back with this code. Raises `SsoFailed`."""
        described, keys = await self._described()
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": errand.verifier,
        }
        who = None
        if self._settings.client_secret:
            who = httpx.BasicAuth(self._settings.client_id, self._settings.client_secret)
        else:
            asked["client_id"] = self._settings.client_id
        async with _client() as client:
            answer = await _asked(client.post(described.token_endpoint, data=asked, auth=who or httpx.Auth()))
        try:
            token = msgspec.json.decode(answer, type=_Tokens).id_token
        except msgspec.DecodeError as error:
            raise SsoFailed(f"the provider gave no identity: {error}") from error
        return self._believed(token, keys, errand.nonce)

    def _believed(self, token: str, keys: KeySet, nonce: str) -> str:
        """The subject of an identity that this provider signed, for this client and this errand."""
        settings = self._settings
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims: dict[str, Any] = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            wanted.validate(claims)
        except (JoseError, ValueError) as error:
            raise SsoFailed(f"the identity cannot be believed: {error}") from error
        subject = claims.get(settings.claim)
        if not isinstance(subject, str) or not subject:
            raise SsoFailed(f"the identity has no {settings.claim}")
        return subject

    async def _described(self) -> tuple[Description, KeySet]:
        if self._known is not None and time.monotonic() - self._known[0] < KNOWN_FOR:
            return self._known[1], self._known[2]
        issuer = self._settings.issuer
        async with _client() as client:
            told = await _asked(client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            try:
                described = msgspec.json.decode(told, type=Description)
                if described.issuer != issuer:
                    raise SsoFailed(f"{issuer} calls itself {described.issuer}")
                keys = KeySet.import_key_set(
                    msgspec.json.decode(await _asked(client.get(described.jwks_uri)))
                )
            except (msgspec.DecodeError, JoseError, ValueError, KeyError) as error:
                raise SsoFailed(f"{issuer} cannot be understood: {error}") from error
        self._known = (time.monotonic(), described, keys)
        return described, keys


def _client() -> httpx.AsyncClient:
    # What this machine trusts, a closed network's own CA among it, is what the provider must show.
    return httpx.AsyncClient(timeout=DEADLINE, trust_env=False, verify=ssl.create_default_context())


async def _asked(asking: Any) -> bytes:
    try:
        answer: httpx.Response = await asking
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise SsoFailed(f"the provider answers {error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise SsoFailed(f"the provider does not answer: {type(error).__name__}") from error
    return answer.content

"""Loudspeakers and what they play: the socket of a voice zone, and each call as one ready clip."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from displays.voice import GONG, RYEONG, Unsayable
from displays.voice_speaker import Speaker
from kiosk import pages as kiosk_pages
from kiosk.sentences import Translate
from queue_server.access.principals import Principal, See
from queue_server.api.live import PREFIX, SOCKETS, only_a_socket, to_hall
from queue_server.api.problems import Unfit
from queue_server.api.staying import Staying
from queue_server.api.who import Halls, must_enter, principal_of
from queue_server.desk.hall import Hall
from queue_server.reactions.speaking import Voices

SOCKET = next(path for path, right in SOCKETS.items() if right is See.VOICE)
CLIP = re.compile(r"(chime-)?([A-Z0-9]{1,8})-([1-9][0-9]{0,2})\.wav")
STYLES = {"zh": ("zh", GONG), "ko": ("ko", GONG), "ko-ryeong": ("ko", RYEONG), "en": ("en", GONG)}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
FOR_NOW = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def of_kiosks(voices: Voices, translate: Translate) -> kiosk_pages.Voice:
    """The hall's voice for its kiosks: the sentences that it says as the page writes them now."""
    pack = voices.pack
    if pack is None:
        return kiosk_pages.NO_VOICE
    said = {
        lang: tuple(
            key for key, text in pack.prompts(lang).items() if text == translate(f"kiosk.{key}", lang)
        )
        for lang in pack.languages
    }
    return kiosk_pages.Voice(f"{voices.base}/{pack.version}", said)


def routes(halls: Halls, voices: Voices) -> list[BaseRoute]:
    """The socket of each zone's loudspeakers, and the clips."""
    staying = Staying()

    async def speaker(websocket: WebSocket) -> None:
        async def stay(hall: Hall) -> None:
            name = websocket.path_params["zone"]

            async def allowed(used: bool = True) -> Principal:
                who = await principal_of(websocket, halls, hall, used)
                must_enter(who, See.VOICE)
                return who

            who = await allowed()
            zone = voices.zone(hall, name)
            if zone is None:
                raise Unfit(404, "unknown_zone", f"no window of this hall is heard in a zone {name[:40]!r}")
            joined = Speaker(websocket, zone.bell.set)
            zone.speakers.append(joined)
            try:
                await staying.while_allowed(websocket, hall, who, allowed, joined.stay())
            finally:
                zone.speakers.remove(joined)

        await to_hall(websocket, halls, See.VOICE, stay)

    async def clip(request: Request) -> Response:
        asked = CLIP.fullmatch(request.path_params["clip"])
        style = STYLES.get(request.path_params["style"])
        pack = voices.pack
        if pack is None or asked is None or style is None or style[0] not in pack.languages:
            raise HTTPException(404, "no such clip")
        chimed, number, window = asked.groups()
        try:
            wav = pack.clip(style[0], number, int(window), style[1], bool(chimed))
        except Unsayable as why:
            raise HTTPException(404, str(why)) from None
        # During an update one process may name the clip and another, with another voice, serve it.
        current = request.path_params["pack"] == pack.version
        return Response(wav, headers=FOR_EVER if current else FOR_NOW, media_type="audio/wav")

    return [
        WebSocketRoute(PREFIX + SOCKET, speaker),
        Route(PREFIX + SOCKET, only_a_socket),
        Route(voices.base + "/{pack}/{style}/{clip}", clip, methods=["GET"]),
        Route(voices.base + "/{pack}/{lang}/{kind}/{name}.wav", prompts(voices), methods=["GET"]),
    ]


def prompts(voices: Voices) -> Callable[[Request], Awaitable[Response]]:
    """Answers with a sentence of the kiosk's steps, or with a ticket's number read out."""

    async def clip(request: Request) -> Response:
        pack, asked = voices.pack, request.path_params
        if pack is None or asked["lang"] not in pack.languages or asked["kind"] not in ("prompts", "numbers"):
            raise HTTPException(404, "no such clip")
        try:
            if asked["kind"] == "prompts":
                wav = pack.prompt(asked["lang"], asked["name"])
            else:
                wav = pack.number(asked["lang"], asked["name"])
        except (KeyError, Unsayable):
            raise HTTPException(404, "this voice does not say that") from None
        headers = FOR_EVER if asked["pack"] == pack.version else FOR_NOW
        return Response(wav, headers=headers, media_type="audio/wav")

    return clip

"""The table of operations: every path once, typed; the routes and the OpenAPI document come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from displays.board import Board
from kiosk.menu import Menu, Receipt
from queue_server import wire
from queue_server.api import floor, tickets, windows
from queue_server.api.calls import Call, Halls

PREFIX = "/api/halls/{hall}"
PUBLIC, TOKEN = "public", "token"
PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""What an answer says of itself: no cache on the way keeps it, no browser takes it for a page."""


class Operation(NamedTuple):
    """One operation: `does` answers a `Call`; `body` is None where it only reads."""

    method: str
    path: str
    does: Callable[[Call], Awaitable[Any]]
    body: type[msgspec.Struct] | None
    answer: Any
    status: int = 200
    access: str = TOKEN


def _act(path: str, does: Callable[[Call], Awaitable[Any]], body: type[msgspec.Struct]) -> Operation:
    return Operation("POST", path, does, body, wire.Done)


OPERATIONS = (
    Operation("GET", "", floor.show, None, wire.Hall, access=PUBLIC),
    Operation("GET", "/me", floor.me, None, wire.WhoAmI),
    Operation("GET", "/board", floor.board, None, Board, access=PUBLIC),
    Operation("GET", "/menu", floor.menu, None, Menu, access=PUBLIC),
    Operation("GET", "/health", floor.health, None, wire.Health),
    Operation("POST", "/tickets", tickets.take, wire.TakeTicket, Receipt, 201),
    Operation("POST", "/paper-tickets", tickets.enter_by_hand, wire.EnterByHand, Receipt, 201),
    Operation("POST", "/check-ins", tickets.check_in, wire.CheckIn, Receipt, 201),
    Operation("POST", "/bookings", tickets.book, wire.Book, wire.Done, 201),
    Operation("GET", "/numbers/{number}", tickets.by_number, None, wire.TicketView),
    Operation("GET", "/tickets/{id}", tickets.show, None, wire.TicketView),
    Operation("GET", "/tickets/{id}/visit", tickets.visit, None, wire.Visit),
    Operation("GET", "/tickets/{id}/place", tickets.place, None, wire.TicketPublic),
    Operation("GET", "/tickets/{id}/qr", tickets.qr_code, None, wire.QrCode),
    _act("/tickets/{id}/recall", tickets.recall, wire.Nothing),
    _act("/tickets/{id}/start", tickets.start, wire.Nothing),
    _act("/tickets/{id}/finish", tickets.finish, wire.Finish),
    _act("/tickets/{id}/miss", tickets.miss, wire.Nothing),
    _act("/tickets/{id}/found", tickets.found, wire.Nothing),
    _act("/tickets/{id}/return", tickets.back, wire.Nothing),
    _act("/tickets/{id}/park", tickets.park, wire.Park),
    _act("/tickets/{id}/unpark", tickets.unpark, wire.Nothing),
    _act("/tickets/{id}/transfer", tickets.transfer, wire.Transfer),
    _act("/tickets/{id}/cancel", tickets.cancel, wire.Reason),
    _act("/tickets/{id}/undo", tickets.undo, wire.Nothing),
    _act("/tickets/{id}/class", tickets.change_class, wire.ChangeClass),
    _act("/tickets/{id}/matters", tickets.add_matters, wire.AddMatters),
    _act("/calls/{seq}/spoken", tickets.spoken, wire.Spoken),
    Operation("GET", "/windows/{n}", windows.show, None, wire.WindowView),
    _act("/windows/{n}/call-next", windows.call_next, wire.CallNext),
    _act("/windows/{n}/call", windows.call_number, wire.CallNumber),
    _act("/windows/{n}/serve", windows.serve, wire.ServeWithoutTicket),
    _act("/windows/{n}/claim", windows.claim, wire.Claim),
    _act("/windows/{n}/release", windows.release, wire.Nothing),
    _act("/windows/{n}/open", windows.open_window, wire.Nothing),
    _act("/windows/{n}/pause", windows.pause, wire.Pause),
    _act("/windows/{n}/close", windows.close, wire.CloseWindow),
    _act("/windows/{n}/assign", windows.assign, wire.AssignWindow),
    _act("/categories/{letter}/pause", floor.pause_category, wire.PauseCategory),
    _act("/categories/{letter}/resume", floor.resume_category, wire.Nothing),
    _act("/zones/{zone}/sound", floor.sound, wire.Sound),
    _act("/down-times", floor.down, wire.DownTime),
    _act("/notice", floor.notice, wire.SetNotice),
    _act("/day/close", floor.close_day, wire.CloseDay),
)


def routes(halls: Halls) -> list[Route]:
    """One route for each path, so that a wrong method is told the right ones."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [route(path, methods, halls) for path, methods in by_path.items()]


def route(path: str, methods: dict[str, Operation], halls: Halls) -> Route:
    """The route of one path and its operations by method."""
    encoder = msgspec.json.Encoder()

    async def answer(request: Request) -> Response:
        operation = methods.get(request.method) or methods["GET"]  # HEAD is a GET
        call = Call(request, halls)
        call.admit(known=operation.access == TOKEN, reads=operation.body is None)
        content = encoder.encode(await operation.does(call))
        return Response(content, operation.status, PRIVATE, "application/json")

    return Route(PREFIX + path, answer, methods=list(methods))

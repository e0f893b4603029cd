"""The table of operations: every path once, typed; the routes and the OpenAPI document come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from displays.board import Board
from kiosk.menu import Catalogue, Menu, Receipt
from queue_server import wire
from queue_server.access.principals import PUBLIC, Right, See
from queue_server.api import (
    behalf,
    case_receipts,
    cases,
    catalogue,
    checklists,
    claims,
    devices,
    editions,
    exchange,
    exits,
    floor,
    help,
    matters,
    overview,
    pads,
    people,
    persons,
    printers,
    status,
    tickets,
    windows,
)
from queue_server.api.calls import NOTHING, NUMBER, Call
from queue_server.api.who import Halls
from queue_server.cases import commands as case
from queue_server.hall import commands as do
from queue_server.hall.behalf import GiveUpErrand, TakeForPrincipals
from queue_server.hall.editions import PublishCatalogue
from queue_server.hall.joint import CarryOn
from queue_server.hall.register import BookSlot, GrantToken, RevokeDevice
from queue_server.static.packing import LEAST, PACKED, packed, wants_packed

PREFIX = "/api/halls/{hall}"
PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""What an answer says of itself: no cache on the way keeps it, no browser takes it for a page."""


class Operation(NamedTuple):
    """One operation: `does` answers a `Call`; `body` is None where it only reads.

    `right` is what whoever asks must have (`access/principals.py`); `keyed` says that a change needs an
    idempotency key, `query` which query parameters a read has, and what each looks like.
    """

    method: str
    path: str
    does: Callable[[Call], Awaitable[Any]]
    body: type[msgspec.Struct] | None
    answer: Any
    right: Right
    status: int = 200
    keyed: bool = True
    headers: dict[str, str] = PRIVATE
    query: Mapping[str, str] = NOTHING

    @property
    def public(self) -> bool:
        """Whether it needs no token."""
        return self.right in PUBLIC


def _act(
    path: str, does: Callable[[Call], Awaitable[Any]], body: type[msgspec.Struct], right: Right
) -> Operation:
    return Operation("POST", path, does, body, wire.Done, right)


def _own(
    path: str, does: Callable[[Call], Awaitable[Any]], body: type[msgspec.Struct], answer: Any, right: Right
) -> Operation:
    """Something about the own sign-in: no change of the hall, and never in its log."""
    return Operation("POST", path, does, body, answer, right, keyed=False)


def _step(
    name: str, does: Callable[[Call], Awaitable[Any]], body: type[msgspec.Struct], right: Right
) -> Operation:
    """A step of a case."""
    return Operation("POST", f"/cases/{{id}}/{name}", does, body, wire.CaseDone, right)


PLACE_IN_LIST = {"after": "[0-9A-Za-z~-]{0,64}", "state": "[a-z,]{1,80}"}
CASES = (
    Operation("GET", "/cases", cases.show_all, None, wire.Cases, See.CASES, query=PLACE_IN_LIST),
    Operation("GET", "/cases/{id}", cases.show, None, wire.CaseView, See.CASES),
    Operation("GET", "/case-numbers/{number}", cases.by_number, None, wire.Cases, See.CASES),
    Operation(
        "GET", "/case-events", cases.events, None, wire.CaseEvents, See.CASE_EVENTS, query={"after": NUMBER}
    ),
    Operation(
        "GET",
        "/exchange/records",
        exchange.show,
        None,
        wire.PlatformRecords,
        See.CASE_EVENTS,
        query={"after": NUMBER},
    ),
    Operation(
        "POST",
        "/exchange/ready",
        exchange.ready,
        wire.ReadyMessage,
        wire.ReadyAnswer,
        See.EXCHANGE,
        keyed=False,
    ),
    _step("take", cases.take, wire.Nothing, case.TakeCase),
    _step("supplement", cases.ask_supplement, wire.AskSupplement, case.AskSupplement),
    _step("received", cases.receive_supplement, wire.ReceiveSupplement, case.ReceiveSupplement),
    _step("stop", cases.stop_clock, wire.Reason, case.StopClock),
    _step("run", cases.run_clock, wire.Nothing, case.RunClock),
    _step("extend", cases.extend, wire.ExtendCase, case.ExtendCase),
    _step("ready", cases.ready, wire.ReadyCase, case.ReadyCase),
    _step("move", cases.move, wire.MoveResult, case.MoveResult),
    _step("rework", cases.rework, wire.Reason, case.ReworkCase),
    _step("return", cases.give_back, wire.Reason, case.ReturnCase),
    _step("withdraw", cases.withdraw, wire.Reason, case.WithdrawCase),
    _step("send", cases.send, wire.SendCase, case.SendCase),
    _step("arrive", cases.arrive, wire.Nothing, case.ArriveCase),
    _step("issue", exits.issue, wire.IssueCase, case.IssueCase),
    Operation("GET", "/tickets/{id}/cases", exits.of_ticket, None, wire.Cases, See.CASES),
    Operation(
        "POST", "/receipts", exits.open_receipt, wire.OpenReceipt, wire.CaseReceipt, See.RECEIPT, keyed=False
    ),
    Operation(
        "POST", "/case-pages", exits.case_page, wire.OpenCasePage, wire.CasePage, See.CASE_PAGE, keyed=False
    ),
    Operation("POST", "/pick-ups", exits.pick_up, wire.PickUp, Receipt, do.TakeTicket, 201),
    Operation(
        "POST",
        "/tickets/{id}/receipt",
        case_receipts.print_receipt,
        wire.PrintReceipt,
        wire.ReceiptPrinted,
        See.PRINT_RECEIPT,
    ),
    Operation("GET", "/paper-lists", cases.paper_lists, None, wire.PaperLists, See.CASES),
    _act("/paper-lists", cases.pass_papers, wire.PassPapers, case.PassPapers),
    _act("/paper-lists/{id}/confirm", cases.confirm_papers, wire.ConfirmPapers, case.ConfirmPapers),
    _act("/paper-lists/{id}/take-back", cases.take_papers_back, wire.Nothing, case.TakeBackPapers),
)

OPERATIONS = (
    Operation("GET", "", floor.show, None, wire.Hall, See.HALL),
    Operation("GET", "/me", floor.me, None, wire.WhoAmI, See.ME),
    Operation("POST", "/sign-in", people.sign_in, wire.SignIn, wire.SignedIn, See.SIGN_IN, keyed=False),
    Operation("POST", "/sign-out", people.sign_out, wire.Nothing, wire.Done, See.SIGN_OUT, keyed=False),
    Operation(
        "POST",
        "/password",
        people.change_password,
        wire.NewPassword,
        wire.SignedIn,
        See.PASSWORD,
        keyed=False,
    ),
    Operation("GET", "/board", floor.board, None, Board, See.BOARD),
    Operation("GET", "/menu", floor.menu, None, Menu, See.MENU),
    Operation("GET", "/status", status.status, None, wire.Status, See.STATUS, headers=status.KEPT),
    Operation(
        "GET",
        "/catalogue",
        catalogue.catalogue,
        None,
        Catalogue,
        See.CATALOGUE,
        query={"edition": "[0-9]{1,6}"},
    ),
    Operation("GET", "/catalogue/editions", editions.show, None, wire.Editions, See.EDITIONS),
    _act("/catalogue/editions", editions.publish, wire.PublishCatalogue, PublishCatalogue),
    Operation(
        "POST",
        "/catalogue/previews",
        editions.preview,
        wire.ChooseCatalogue,
        wire.CataloguePreview,
        PublishCatalogue,
        keyed=False,
    ),
    Operation("GET", "/overview", overview.show, None, wire.FloorView, See.OVERVIEW),
    Operation("GET", "/printers", printers.show, None, wire.Printers, See.TICKET),
    Operation("GET", "/health", floor.health, None, wire.Health, See.HEALTH),
    Operation("POST", "/enrolments", devices.ask_in, wire.Nothing, wire.Enrolment, See.ENROL, 201),
    Operation("GET", "/enrolments/{code}", devices.look_in, None, wire.EnrolmentState, See.ENROL),
    Operation("GET", "/enrolments", devices.waiting, None, wire.Enrolments, See.DEVICES),
    _act("/enrolments/{code}/confirm", devices.confirm, wire.Confirm, GrantToken),
    _act("/enrolments/{code}/refuse", devices.refuse, wire.Nothing, GrantToken),
    Operation("GET", "/devices", devices.show, None, wire.Devices, See.DEVICES),
    _act("/devices/{device}/revoke", devices.revoke, wire.Nothing, RevokeDevice),
    Operation("POST", "/tickets", tickets.take, wire.TakeTicket, Receipt, do.TakeTicket, 201),
    Operation(
        "POST", "/paper-tickets", tickets.enter_by_hand, wire.EnterByHand, Receipt, do.EnterByHand, 201
    ),
    Operation("POST", "/check-ins", tickets.check_in, wire.CheckIn, Receipt, do.CheckIn, 201),
    Operation("GET", "/agent-tickets", behalf.show, None, wire.AgentTickets, See.AGENT_TICKETS),
    Operation(
        "POST",
        "/agent-tickets",
        behalf.take,
        wire.TakeForPrincipals,
        wire.AgentTickets,
        TakeForPrincipals,
        201,
    ),
    _act("/agent-tickets/{id}/cancel", behalf.give_up, wire.Nothing, GiveUpErrand),
    Operation("POST", "/claims", claims.claim, wire.ClaimTicket, wire.Claimed, See.CLAIM),
    Operation("POST", "/persons", persons.show, wire.ShowCard, wire.Person, See.CARD),
    Operation(
        "POST", "/checklists", checklists.checklist, wire.PrintChecklist, wire.Checklist, See.CHECKLIST
    ),
    Operation("GET", "/help", help.waiting, None, wire.HelpCalls, See.HELP_CALLS),
    Operation("POST", "/help", help.ask, wire.AskHelp, wire.HelpCall, See.HELP),
    Operation("POST", "/help/{kiosk}/came", help.came, wire.Nothing, wire.HelpCalls, See.HELP_CALLS),
    Operation("POST", "/bookings", tickets.book, wire.Book, wire.Done, BookSlot, 201),
    Operation("GET", "/numbers/{number}", tickets.by_number, None, wire.TicketView, See.TICKET),
    Operation("GET", "/tickets/{id}", tickets.show, None, wire.TicketView, See.TICKET),
    Operation("GET", "/tickets/{id}/visit", tickets.visit, None, wire.Visit, See.TICKET),
    Operation("GET", "/tickets/{id}/place", tickets.place, None, wire.TicketPublic, See.PLACE),
    Operation("GET", "/tickets/{id}/slip", printers.slip, None, wire.SlipPublic, See.PLACE),
    Operation("GET", "/tickets/{id}/qr", tickets.qr_code, None, wire.QrCode, See.QR),
    _act("/tickets/{id}/reprint", printers.reprint, wire.Reprint, do.AskReprint),
    _act("/numbers/{number}/reprint", printers.reprint_number, wire.Reprint, do.AskReprint),
    _act("/tickets/{id}/recall", tickets.recall, wire.Nothing, do.Recall),
    _act("/tickets/{id}/start", tickets.start, wire.Nothing, do.Start),
    _act("/tickets/{id}/finish", matters.finish, wire.Finish, do.Finish),
    _act("/tickets/{id}/miss", tickets.miss, wire.Nothing, do.MarkAbsent),
    _act("/tickets/{id}/found", tickets.found, wire.Nothing, do.Found),
    _act("/tickets/{id}/return", tickets.back, wire.Nothing, do.ReturnMissed),
    _act("/tickets/{id}/park", tickets.park, wire.Park, do.Park),
    _act("/tickets/{id}/unpark", tickets.unpark, wire.Nothing, do.Unpark),
    _act("/tickets/{id}/transfer", tickets.transfer, wire.Transfer, do.Transfer),
    _act("/tickets/{id}/cancel", tickets.cancel, wire.Reason, do.Cancel),
    _act("/tickets/{id}/let-pass", tickets.let_pass, wire.Nothing, do.LetPass),
    _act("/tickets/{id}/ready", tickets.ready, wire.Nothing, do.ReadyAgain),
    _act("/tickets/{id}/rate", tickets.rate, wire.Rate, do.Rate),
    _act("/tickets/{id}/undo", tickets.undo, wire.Nothing, do.Undo),
    _act("/tickets/{id}/class", tickets.change_class, wire.ChangeClass, do.ChangeClass),
    _act("/tickets/{id}/matters", tickets.add_matters, wire.AddMatters, do.AddMatters),
    Operation(
        "POST",
        "/tickets/{id}/matters/{matter}/close",
        matters.close,
        wire.CloseMatter,
        wire.MatterDone,
        do.CloseMatter,
    ),
    _act("/tickets/{id}/carry-on", matters.carry_on, wire.Nothing, CarryOn),
    _act("/calls/{seq}/spoken", tickets.spoken, wire.Spoken, do.Spoken),
    Operation("GET", "/windows/{n}", windows.show, None, wire.WindowView, See.WINDOW),
    _act("/windows/{n}/call-next", windows.call_next, wire.CallNext, do.CallNext),
    _act("/windows/{n}/call", windows.call_number, wire.CallNumber, do.CallNumber),
    _act("/windows/{n}/serve", windows.serve, wire.ServeWithoutTicket, do.ServeWithoutTicket),
    _act("/windows/{n}/rate", pads.rate, wire.RateHere, do.RateAtWindow),
    _act("/windows/{n}/claim", windows.claim, wire.Claim, do.ClaimWindow),
    _act("/windows/{n}/release", windows.release, wire.Nothing, do.ReleaseWindow),
    _act("/windows/{n}/open", windows.open_window, wire.Nothing, do.OpenWindow),
    _act("/windows/{n}/pause", windows.pause, wire.Pause, do.PauseWindow),
    _act("/windows/{n}/summons/answered", windows.answer_summons, wire.Nothing, do.AnswerSummons),
    _act("/windows/{n}/close", windows.close, wire.CloseWindow, do.CloseWindow),
    _act("/windows/{n}/assign", windows.assign, wire.AssignWindow, do.AssignWindow),
    _act("/categories/{letter}/pause", floor.pause_category, wire.PauseCategory, do.PauseCategory),
    _act("/categories/{letter}/resume", floor.resume_category, wire.Nothing, do.ResumeCategory),
    _act("/categories/{letter}/quota", overview.set_quota, wire.SetQuota, do.SetQuota),
    _act("/alarms/seen", overview.acknowledge, wire.AcknowledgeAlarm, do.AcknowledgeAlarm),
    _act("/zones/{zone}/sound", floor.sound, wire.Sound, do.SoundState),
    _act("/down-times", floor.down, wire.DownTime, do.RecordDown),
    _act("/summons", overview.summon, wire.Summon, do.SummonWindows),
    _act("/notice", floor.notice, wire.SetNotice, do.SetNotice),
    _act("/day/close", floor.close_day, wire.CloseDay, do.CloseDay),
    *CASES,
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
        await call.admit(operation.right, operation.body is None, operation.keyed, operation.query)
        content = encoder.encode(await operation.does(call))
        headers = operation.headers | call.answer_headers
        if operation.public and len(content) > LEAST:
            headers = headers | {"vary": "accept-encoding"}
            if wants_packed(request.headers.get("accept-encoding", "")):
                content, headers = packed(content), headers | PACKED
        return Response(content, operation.status, headers, "application/json")

    return Route(PREFIX + path, answer, methods=list(methods))

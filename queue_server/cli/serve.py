"""Running the server: uvicorn with the board's own socket protocol, over a private or a given store."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
import uvicorn
from msgspec.structs import replace
from starlette.routing import BaseRoute
from uvicorn.loops.auto import auto_loop_factory

from displays.voice_pack import Pack, Unusable, read_pack
from queue_server.access.limits import Allowance
from queue_server.access.sso import SsoSettings
from queue_server.app import AccessRules, Site, build
from queue_server.cli.ending import Ending
from queue_server.cli.journal import keep_journal
from queue_server.cli.registers import put, put_in_force, sentence
from queue_server.cli.stores import NoStore, connected, embedded, store_address
from queue_server.config import (
    HallFileErrors,
    ServerSettings,
    Webhook,
    read_hall,
    read_settings,
    read_webhooks,
)
from queue_server.config.faults import Fault, Faults, SettingsErrors
from queue_server.hall.plan import Plan, Text
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan
from queue_server.reactions.anchoring import Anchoring
from queue_server.reactions.archiving import Archiving
from queue_server.reactions.printing import Printing
from queue_server.reactions.receipts import Receipts
from queue_server.reactions.recording import Recording
from queue_server.records.anchors import Anchors
from queue_server.records.archive import Archive
from queue_server.records.case_rows import CaseRows
from queue_server.store.embedded import EmbeddedStore

log = structlog.get_logger()
T = TypeVar("T")

COLLECT_AFTER = 20_000
"""New objects after which Python looks for cycles among them: more than 64 requests have in flight."""

WELL, WRONG, NO_STORE = 0, 1, 2
"""Exit statuses: ended when asked; something to put right; the store cannot be used."""
FAREWELL = 3
"""Seconds that open requests and screens have to end when the server does."""


class Line(NamedTuple):
    """How the server is reached: TLS of its own with a certificate, and whom it believes as a proxy."""

    certificate: str = ""
    key: str = ""
    trusted: tuple[str, ...] = ("127.0.0.1", "::1")


def access_rules(settings: ServerSettings) -> AccessRules:
    """When people are signed out, how fast a device takes tickets, and which provider vouches for people."""
    tickets = Allowance(settings.ticket_burst, settings.ticket_interval / 1000)
    sso = None
    if settings.sso_issuer:
        secret = settings.sso_client_secret.reveal()
        sso = SsoSettings(settings.sso_issuer, settings.sso_client_id, secret, settings.sso_claim)
    return AccessRules(idle=settings.session_idle, tickets=tickets, sso=sso)


def is_open(settings: ServerSettings) -> bool:
    """Whether others reach this server, and without TLS."""
    return settings.bind not in ("127.0.0.1", "::1", "localhost") and not settings.address.startswith("https")


class HallServer(uvicorn.Server):
    """uvicorn around a site: when the site cannot go on, the server ends too instead of standing empty."""

    def __init__(
        self, config: uvicorn.Config, site: Site, ending: Ending | None, listener: socket.socket | None
    ) -> None:
        super().__init__(config)
        self._site = site
        self._ending = ending
        self._listener = listener
        self.before_end: list[Callable[[], object]] = []
        if ending is not None:
            ending.stops(self)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until asked to end; raises what ended the site."""
        given = sockets or ([self._listener] if self._listener else None)
        async with self._site.running():
            await super().serve(given)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of every connection, after those who are told beforehand have been."""
        for told in self.before_end:
            told()
        await super().shutdown(sockets)

    def capture_signals(self) -> Any:
        """Leave the signals to whoever also has to end the store."""
        return super().capture_signals() if self._ending is None else nullcontext()


def server_for(
    site: Site,
    host: str,
    port: int,
    extra: Sequence[BaseRoute] = (),
    ending: Ending | None = None,
    listener: socket.socket | None = None,
    line: Line = Line(),  # noqa: B008 - frozen
) -> HallServer:
    """The HTTP server of a site: no deflate (twice the CPU on boards), small frames, no access log."""
    config = uvicorn.Config(
        build(site, extra),
        host=host,
        port=port,
        lifespan="off",  # the server itself runs the site
        http="queue_server.api.door:Door",
        ws="displays.sockets:FrameProtocol",
        ws_per_message_deflate=False,
        ws_max_size=65536,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=FAREWELL,
        server_header=False,
        ssl_certfile=line.certificate or None,
        ssl_keyfile=line.key or None,
        forwarded_allow_ips=list(line.trusted),
    )
    return HallServer(config, site, ending, listener)


def run_loop(serving: Coroutine[Any, Any, T]) -> T:
    """Run a server to its end, on uvloop where there is one.

    The records of a hall are trees and need no garbage collector; requests in flight seldom make
    cycles. Collecting as often as Python does by itself took a quarter of the time of issuing.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(serving)


@asynccontextmanager
async def served(server: uvicorn.Server) -> AsyncIterator[asyncio.Task[None]]:
    """Serve while the block runs; the block may wait for the task, which ends when the server is asked to."""
    running = asyncio.create_task(server.serve())
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.01)
    try:
        if running.done():
            await running
        yield running
    finally:
        server.should_exit = True
        if not running.done():
            await running


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that nobody else gets the port between asking for it and serving. Raises OSError."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def publish(site: Site, plan: Plan) -> None:
    """Put a plan in force in a site that runs, if it is not already."""
    await put(site.halls[plan.hall].register, PublishPlan(plan))


CASES = "cases.sqlite"
"""The file of cases as rows, beside the archive."""


def with_followers(site: Site, archive: Path, anchors: Path, ours: EmbeddedStore | None) -> None:
    """Print the site's slips, archive and anchor its logs, and start the store it brought anew if it dies."""
    site.react_with(lambda hall: Printing(hall, site.public_url, site.posts[hall.id]))

    def exits() -> dict[str, Text]:
        plans = ((hall.id, hall.register.state.plan) for hall in site.halls.values())
        return {id: plan.name for id, plan in plans if plan}

    site.react_with(lambda hall: Receipts(hall, site.public_url, site.posts[hall.id], exits))
    site.react_with(lambda hall: Archiving(hall, Archive(archive)))
    rows = site.rows = CaseRows(archive.with_name(CASES))
    for hall in site.halls.values():
        site.also_run(Recording(hall, rows).run)
    site.also_run(Anchoring(site.halls.values(), Anchors(anchors)).run)
    if ours is not None:
        site.also_run(ours.keep_alive)


def voice_in(directory: Path) -> Pack | None:
    """The voice of a directory. One that cannot be used keeps no hall closed: staff hear of the silence."""
    try:
        return read_pack(directory)
    except Unusable as why:
        log.error("no call is spoken", why=str(why))  # noqa: TRY400 - the reason is all there is to say
        return None


def end_of(error: BaseException) -> str:
    """What ended a site, in one line: the first cause of all that came of it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


# --- yichuang serve ------------------------------------------------------------------------


def run_server(environment: Mapping[str, str] = os.environ) -> int:
    """Run the server as the settings say; gives the exit status."""
    try:
        settings = read_settings(environment)
        plans = read_halls(settings.hall_files)
        targets = read_targets(settings.webhooks, plans)
    except Faults as errors:
        print(errors, file=sys.stderr)
        return WRONG
    keep_journal(settings.log_format, settings.log_level)
    with Ending() as ending:
        try:
            return _run(settings, plans, targets, ending)
        except NoStore as error:
            print(f"一窗 cannot serve: {error}", file=sys.stderr)
            return NO_STORE


def read_halls(files: Sequence[str]) -> list[Plan]:
    """The plans of all hall files; raises the faults of all of them at once."""
    plans: dict[str, Plan] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            plan = read_hall(Path(file))
        except HallFileErrors as errors:
            faults += errors
            continue
        if plan.hall in plans:
            faults.append(Fault(file, 0, "hall.id", f'"{plan.hall}" is the id of another hall file too'))
        plans[plan.hall] = plan
    if not files:
        faults.append(Fault("environment", 0, "YICHUANG_HALL_FILES", "names no hall file to serve"))
    if faults:
        raise SettingsErrors(faults)
    return list(plans.values())


def read_targets(file: str, plans: Sequence[Plan]) -> tuple[Webhook, ...]:
    """Whom to tell what happens in the halls that are served; raises the file's faults."""
    targets = read_webhooks(file) if file else ()
    served = [plan.hall for plan in plans]
    if strangers := [target for target in targets if target.hall not in served]:
        raise SettingsErrors(
            [
                Fault(
                    file, 0, f"webhook {one.name}", f'there is no hall "{one.hall}" here: {", ".join(served)}'
                )
                for one in strangers
            ]
        )
    return targets


def _run(settings: ServerSettings, plans: list[Plan], targets: Sequence[Webhook], ending: Ending) -> int:
    try:
        listener = listen(settings.bind, settings.port)
    except OSError as error:
        print(f"cannot listen on {settings.bind} port {settings.port}: {error.strerror}", file=sys.stderr)
        return WRONG
    settings = replace(settings, port=listener.getsockname()[1])
    brought = EmbeddedStore(settings.store_directory, binary=settings.store_binary or None)
    with listener, ExitStack() as last:
        url = last.enter_context(embedded(brought)) if settings.embedded else store_address(settings)
        ours = brought if settings.embedded else None
        return run_loop(_serve(settings, url, ours, plans, targets, ending, listener))


async def _serve(
    settings: ServerSettings,
    url: str,
    ours: EmbeddedStore | None,
    plans: list[Plan],
    targets: Sequence[Webhook],
    ending: Ending,
    listener: socket.socket,
) -> int:
    async with connected(url, fit=True) as store:
        for plan in plans:
            try:
                await put_in_force(store, plan)
            except Refused as refusal:
                print(f"一窗 cannot serve {plan.hall}: {sentence(refusal)}", file=sys.stderr)
                return WRONG
        site = Site(store, [plan.hall for plan in plans], settings.address, access_rules(settings))
        site.media = Path(settings.media)
        with_followers(site, Path(settings.archive), Path(settings.anchors), ours)
        site.tell(targets)
        if settings.voice and (pack := voice_in(Path(settings.voice))):
            site.speak_with(pack)
        line = Line(settings.tls_certificate, settings.tls_key, settings.trusted_proxies)
        server = server_for(site, settings.bind, settings.port, ending=ending, listener=listener, line=line)
        try:
            async with served(server) as running:
                print(f"一窗: {settings.address}", flush=True)
                if is_open(settings):
                    log.warning(
                        "no TLS: passwords and tokens can be read on the way", see="docs/operating/tls.md"
                    )
                await running
        except ExceptionGroup as group:
            log.critical("the server cannot go on", why=end_of(group), exc_info=group)
            return WRONG
    return WELL

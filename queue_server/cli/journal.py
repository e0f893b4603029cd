"""What a server process writes about itself: one line an event, JSON or text, uvicorn's own among them."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


OTHERS = {
    "uvicorn": logging.INFO,
    "websockets": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
}
"""Libraries that would write whole requests at a lower level, the tokens in their headers among them."""


HANDSHAKE = '"WebSocket %s"'
"""Begins what uvicorn writes of each socket, its whole address: the access log, which is off here."""


def keep_journal(form: str, level: str) -> None:
    """Write what happens in this process to stderr as `form` (json or text), from `level` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(lambda record: HANDSHAKE not in str(record.msg))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name, _without_colours],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_written(form)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name, least in OTHERS.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level.upper())))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _written(form: str) -> list[Processor]:
    """The end of the chain. Tracebacks never show the values of variables: they may be a visitor's."""
    if form == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True, default=str),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _without_colours(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """uvicorn says some things a second time with colours."""
    event.pop("color_message", None)
    return event

"""Which store a command works on: one by its address, or the embedded one of a directory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from queue_server.config import ServerSettings
from queue_server.store.check import StoreUnfit, check_store
from queue_server.store.embedded import EmbeddedStore, StoreBusy, StoreFailed, StoreMissing
from queue_server.store.logs import Store, StoreRefused, Unanswered


class NoStore(Exception):
    """The store cannot be used; the sentence says why, and never holds a password."""


@contextmanager
def store_at(place: str, may_be_new: bool = False) -> Iterator[str]:
    """The address of the store at `place`, an address or an embedded store's directory.

    An embedded store that runs is used as it runs; one that does not is started for the block.
    """
    if "://" in place:
        yield place
        return
    if not may_be_new and not (Path(place) / "appendonlydir").is_dir():
        raise NoStore(f"{place} is neither a store's address nor the directory of an embedded store")
    with embedded(EmbeddedStore(place)) as url:
        yield url


@contextmanager
def embedded(store: EmbeddedStore) -> Iterator[str]:
    """The address of an embedded store, running for the block."""
    try:
        url = store.start()
    except (StoreBusy, StoreFailed, StoreMissing) as error:
        raise NoStore(f"the embedded store does not start: {error}") from error
    try:
        yield url
    finally:
        try:
            store.stop()
        except StoreBusy as error:
            raise NoStore(str(error)) from error


def store_address(settings: ServerSettings) -> str:
    """The address of the settings' store, its password put in where it is kept apart."""
    address = urlsplit(settings.store_url.reveal())
    if not settings.store_password or ":" in address.netloc.rpartition("@")[0]:
        return settings.store_url.reveal()
    user, _, host = address.netloc.rpartition("@")
    password = quote(settings.store_password.reveal(), safe="")
    return urlunsplit(address._replace(netloc=f"{user}:{password}@{host}"))


@asynccontextmanager
async def connected(url: str, fit: bool = False) -> AsyncIterator[Store]:
    """A connection for the block; with `fit` to a store that keeps what it acknowledges. Raises `NoStore`."""
    try:
        store = await Store.connect(url)
    except (Unanswered, StoreRefused) as error:
        raise NoStore(f"{shown(url)} does not answer: {error}") from error
    except ValueError as error:
        raise NoStore(f"{shown(url)} cannot be used: {error}") from error
    try:
        if fit:
            await _check(store, url)
        yield store
    except (Unanswered, StoreRefused) as error:
        raise NoStore(f"{shown(url)} went away: {error}") from error
    finally:
        await store.aclose()


async def _check(store: Store, url: str) -> None:
    try:
        await check_store(store)
    except StoreUnfit as unfit:
        raise NoStore(
            "\n  ".join([f"{shown(url)} is not fit to keep a hall's log:", *unfit.faults])
        ) from unfit


def shown(url: str) -> str:
    """A store's address as it may be read by anyone."""
    address = urlsplit(url)
    netloc = address.netloc.rpartition("@")[2]
    return urlunsplit(address._replace(netloc=netloc, query=""))

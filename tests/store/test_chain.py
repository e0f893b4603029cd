"""A chain names the entry that is not what was written."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.store.chain import GENESIS, ChainBroken, Tail, chain, link, verify

BODIES = [b"opened", b"ticket A001", b"called A001"]


def test_a_hash_names_its_algorithm_and_never_changes() -> None:
    assert link("", 1, b"opened") == "sha256:53f20a50044f826e268b48d78255639374ab3388b8651aad57271f15c1a6f383"


def test_sm3_can_be_chosen() -> None:
    entries = chain(GENESIS, BODIES, "sm3")
    assert entries[0].hash.startswith("sm3:")
    assert verify(entries, GENESIS).seq == 3


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(0, 8))
def test_a_chain_may_be_built_and_verified_in_any_parts(bodies: list[bytes], cut: int) -> None:
    first = chain(GENESIS, bodies[:cut])
    middle = verify(first, GENESIS)
    assert first + chain(middle, bodies[cut:]) == chain(GENESIS, bodies)
    assert verify(chain(middle, bodies[cut:]), middle) == verify(chain(GENESIS, bodies), GENESIS)


def test_a_changed_entry_is_named() -> None:
    entries = list(chain(GENESIS, BODIES))
    entries[1] = msgspec.structs.replace(entries[1], body=b"ticket A002")
    with pytest.raises(ChainBroken) as broken:
        verify(entries, GENESIS)
    assert broken.value.seq == 2
    assert broken.value.found == entries[1].hash


def test_a_dropped_entry_is_named() -> None:
    first, _, third = chain(GENESIS, BODIES)
    with pytest.raises(ChainBroken, match="entry 2: expected sequence 2, found sequence 3"):
        verify([first, third], GENESIS)


def test_an_entry_under_an_unknown_algorithm_is_named() -> None:
    (entry,) = chain(GENESIS, BODIES[:1])
    with pytest.raises(ChainBroken, match="entry 1: expected one of sha256, sm3"):
        verify([msgspec.structs.replace(entry, hash="md5:00")], GENESIS)


def test_entries_do_not_follow_another_base() -> None:
    with pytest.raises(ChainBroken):
        verify(chain(Tail(4, "sha256:aa"), BODIES), Tail(4, "sha256:bb"))

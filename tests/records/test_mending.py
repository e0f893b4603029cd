"""A damaged log beside a copy of it: the chain says what was sealed, and nothing else is believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from queue_server.records.mending import compare
from queue_server.store.chain import GENESIS, Entry, Tail, chain, verify

SEALED = chain(GENESIS, [b"entry %d" % n for n in range(1, 11)])


def changed(entries: tuple[Entry, ...], seq: int) -> tuple[Entry, ...]:
    """The log with other bytes in one place."""
    return tuple(Entry(e.seq, e.hash, b"changed") if e.seq == seq else e for e in entries)


def test_a_log_that_is_well_needs_nothing_however_old_the_copy_is() -> None:
    for copy in (SEALED, SEALED[:4], ()):
        found = compare(SEALED, copy)
        assert (found.broken_at, found.mends, found.whole) == (0, False, True)
        assert found.after == SEALED


def test_a_changed_entry_is_put_back_and_what_follows_it_in_the_store_stays() -> None:
    found = compare(changed(SEALED, 4), SEALED[:5])
    assert (found.broken_at, found.put_back) == (4, (4,))
    assert found.after == SEALED
    assert found.whole


def test_an_entry_that_is_missing_in_the_middle_is_put_back() -> None:
    found = compare(SEALED[:3] + SEALED[5:], SEALED[:6])
    assert (found.broken_at, found.put_back, found.after) == (4, (4, 5), SEALED)


def test_a_lost_tail_is_put_back_as_far_as_the_copy_goes() -> None:
    found = compare(SEALED[:6], SEALED[:9])
    assert (found.broken_at, found.put_back, found.after) == (0, (7, 8, 9), SEALED[:9])


def test_a_log_that_is_gone_is_put_back_whole() -> None:
    assert compare((), SEALED).after == SEALED


def test_a_foreign_entry_is_left_out_wherever_it_stands() -> None:
    foreign = Entry(11, "", b"who somebody")
    at_the_end = compare((*SEALED, foreign), ())
    assert (at_the_end.foreign, at_the_end.mends, at_the_end.after) == ((11,), True, SEALED)
    in_the_way = compare((*SEALED[:10], Entry(10, "", b"ten and a half")), SEALED)
    assert in_the_way.after == SEALED


def test_a_changed_entry_with_a_hash_made_to_fit_is_found_by_those_that_follow_it() -> None:
    forged = chain(Tail(SEALED[2].seq, SEALED[2].hash), [b"forged"])
    found = compare((*SEALED[:3], *forged, *SEALED[4:]), SEALED[:4])
    assert found.broken_at == 5, "the forged entry itself fits"
    assert (found.put_back, found.after) == ((4,), SEALED)


def test_what_nobody_has_any_more_keeps_the_log_broken_and_no_end_is_cut_off() -> None:
    damaged = changed(SEALED, 4)
    found = compare(damaged, SEALED[:2])
    assert not found.mends
    assert not found.whole
    assert [e.seq for e in found.adrift] == [4, 5, 6, 7, 8, 9, 10]
    assert found.after == damaged


def test_one_of_two_damages_is_mended_and_the_other_stays_named() -> None:
    damaged = changed(changed(SEALED, 3), 8)
    found = compare(damaged, SEALED[:5])
    assert (found.put_back, [e.seq for e in found.adrift]) == ((3,), [8, 9, 10])
    assert found.after == changed(SEALED, 8)


def test_of_two_whole_histories_the_stores_stands_and_the_copys_is_named() -> None:
    others = chain(
        Tail(SEALED[5].seq, SEALED[5].hash), [b"elsewhere", b"and on", b"and on", b"and on", b"on"]
    )
    found = compare(SEALED, SEALED[:6] + others)
    assert not found.mends
    assert (found.after, found.elsewhere) == (SEALED, others)


def test_a_damaged_history_is_mended_from_another_only_where_both_are_one() -> None:
    others = chain(Tail(SEALED[5].seq, SEALED[5].hash), [b"elsewhere", b"and on"])
    found = compare(changed(SEALED, 3), SEALED[:6] + others)
    assert (found.put_back, found.after, found.elsewhere) == ((3,), SEALED, others)
    behind = compare(changed(SEALED, 9), SEALED[:6] + others)
    assert not behind.mends
    assert not behind.whole


def test_a_copy_that_is_damaged_itself_helps_where_it_is_not() -> None:
    found = compare(changed(SEALED, 4), changed(SEALED, 7))
    assert (found.copy_broken_at, found.put_back, found.after) == (7, (4,), SEALED)
    assert not compare(changed(SEALED, 4), changed(SEALED, 4)).mends


@given(
    damage=st.lists(st.tuples(st.integers(1, 10), st.sampled_from(["change", "drop"])), max_size=4),
    cut=st.integers(0, 10),
    copied=st.integers(0, 10),
)
def test_whatever_is_damaged_only_sealed_bytes_are_believed(
    damage: list[tuple[int, str]], cut: int, copied: int
) -> None:
    store = SEALED[:cut]
    for seq, how in damage:
        store = changed(store, seq) if how == "change" else tuple(e for e in store if e.seq != seq)
    found = compare(store, SEALED[:copied])
    verify(found.mended)
    assert SEALED[: len(found.mended)] == found.mended
    assert len(found.mended) >= copied
    assert {e.seq for e in found.after} >= {e.seq for e in store}, "no place of the store is given up"
    if found.whole:
        assert found.after == SEALED[: max(copied, *(e.seq for e in store), 0)]

"""A job's life is a table; what it does not have is refused and changes nothing."""

from __future__ import annotations

import itertools

import pytest

from printers.jobs import ENDS, FOLLOWS, IllegalStep, Job, JobState, copy, recover, step
from tests.printers.slip_samples import ZH

NEW = Job("j", "p", ZH, expires=100.0)


def job_in(state: JobState) -> Job:
    """A job that came to a state the shortest way."""
    ways: list[tuple[Job, ...]] = [(NEW,)]
    for way in ways:
        if way[-1].state is state:
            return way[-1]
        ways += [(*way, step(way[-1], to, 1.0)) for to in FOLLOWS[way[-1].state] if to is not JobState.QUEUED]
    raise AssertionError(f"no way to {state}")


@pytest.mark.parametrize(("here", "to"), list(itertools.product(JobState, JobState)))
def test_only_the_table_s_steps_are_taken(here: JobState, to: JobState) -> None:
    job = job_in(here)
    if to in FOLLOWS[here]:
        assert step(job, to, 5.0, "why").state is to
    else:
        with pytest.raises(IllegalStep, match=f"{to.value} cannot follow {here.value}"):
            step(job, to, 5.0)


@pytest.mark.parametrize("state", JobState)
def test_after_a_crash_a_job_is_as_new_only_if_no_byte_had_left(state: JobState) -> None:
    found = recover(job_in(state), 9.0)
    if state in (JobState.QUEUED, JobState.CHECKED):
        assert (found.state, found.sent) == (JobState.QUEUED, False)
    elif state in (JobState.SENDING, JobState.SENT):
        assert (found.state, found.reason) == (JobState.UNCONFIRMED, "interrupted")
    else:
        assert found == job_in(state)


@pytest.mark.proves("S30")
@pytest.mark.parametrize("state", JobState)
def test_a_second_slip_is_marked_whenever_a_first_may_exist(state: JobState) -> None:
    job = job_in(state)
    if state not in ENDS:
        with pytest.raises(IllegalStep, match="no copy before its end"):
            copy(job, "k", "补打", 200.0)
        return
    second = copy(job, "k", "补打", 200.0)
    assert second.slip.number == job.slip.number
    assert ("补打" in second.slip.marks) == job.sent
    assert (second.copy_of, second.state) == ("j", JobState.QUEUED)


def test_marking_twice_prints_one_mark() -> None:
    first = copy(job_in(JobState.PRINTED), "k", "补打", 200.0)
    done = job_in(JobState.PRINTED)
    again = copy(Job("k", "p", first.slip, 200.0, state=done.state, sent=True), "l", "补打", 300.0)
    assert again.slip.marks.count("补打") == 1

"""The life of one slip's printing: which state may follow which, and what a kill leaves behind.

A job is stored before each step that paper could witness, so that whoever finds it after
a crash knows whether a byte may have left. Pure: times come in, nothing is read or sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

import msgspec

from printers.slip import Slip


class JobState(StrEnum):
    """Where a job stands. The last four are ends."""

    QUEUED = "queued"
    CHECKED = "checked"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    EXPIRED = "expired"


S = JobState
FOLLOWS: Mapping[JobState, frozenset[JobState]] = {
    S.QUEUED: frozenset({S.CHECKED, S.FAILED, S.EXPIRED}),
    S.CHECKED: frozenset({S.SENDING, S.QUEUED, S.FAILED, S.EXPIRED}),
    S.SENDING: frozenset({S.SENT, S.FAILED, S.UNCONFIRMED}),
    S.SENT: frozenset({S.PRINTED, S.UNCONFIRMED, S.FAILED}),
    S.PRINTED: frozenset(),
    S.UNCONFIRMED: frozenset(),
    S.FAILED: frozenset(),
    S.EXPIRED: frozenset(),
}
"""The only table of what may follow. Back to `queued` leads one way alone: nothing was sent."""

ENDS = frozenset(state for state, after in FOLLOWS.items() if not after)
UNSENT = frozenset({S.QUEUED, S.CHECKED})
"""States in which no byte of the slip has left, so that trying again cannot print it twice."""


class IllegalStep(ValueError):
    """A job was asked to take a step that its table does not have."""


class Job(msgspec.Struct, frozen=True):
    """One slip for one printer. Times are seconds since 1970; after `expires` it is never printed.

    `sent` says whether a byte of the slip may have left. `reason` is a code: `unreachable`, `hung_up`,
    `no_answer` (it never answers), `fell_silent` (it did before), `interrupted`, `expired`, or a printer
    state such as `paper_out`.
    """

    id: str
    printer: str
    slip: Slip
    expires: float
    state: JobState = S.QUEUED
    changed: float = 0.0
    sent: bool = False
    reason: str = ""
    copy_of: str = ""


class JobStore(Protocol):
    """Where jobs outlive the process that prints them."""

    async def load(self, job_id: str) -> Job | None:
        """The job as last saved."""
        ...

    async def save(self, job: Job) -> None:
        """Keep the job; durable when this returns."""
        ...


class Lease(Protocol):
    """One writer per printer, across every process of the hall."""

    def hold(self, printer: str) -> AbstractAsyncContextManager[None]:
        """Wait for the printer to be free, and keep it while inside."""
        ...


def step(job: Job, to: JobState, now: float, reason: str = "") -> Job:
    """The job one state further; raises `IllegalStep` and changes nothing otherwise."""
    if to not in FOLLOWS[job.state]:
        raise IllegalStep(f"job {job.id}: {to.value} cannot follow {job.state.value}")
    sent = job.sent or to is S.SENDING
    return msgspec.structs.replace(job, state=to, changed=now, sent=sent, reason=reason)


def recover(job: Job, now: float) -> Job:
    """What a job found after a crash is: as good as new if nothing had left, else unconfirmed."""
    if job.state in ENDS or job.state is S.QUEUED:
        return job
    if job.state is S.CHECKED:
        return step(job, S.QUEUED, now)
    return step(job, S.UNCONFIRMED, now, "interrupted")


def doubtful(job: Job) -> bool:
    """Whether a slip that was begun may never have come out: one marked copy must follow.

    A printer that never answers is believed to print: its slips are unconfirmed, and copying each
    of them would hand every visitor two.
    """
    return job.sent and job.state in (S.FAILED, S.UNCONFIRMED) and job.reason != "no_answer"


def elsewhere(job: Job, printer: str) -> Job:
    """The same slip for another printer; raises `IllegalStep` unless it ended with nothing sent."""
    if job.sent or job.state is not S.FAILED:
        raise IllegalStep(f"job {job.id} is {job.state.value}; it cannot go to another printer")
    return Job(f"{job.id}:at:{printer}", printer, job.slip, job.expires, copy_of=job.copy_of)


def copy(job: Job, job_id: str, mark: str, expires: float, printer: str = "") -> Job:
    """Another slip for the same ticket, here or at another printer, marked (补打) unless nothing had left.

    Raises `IllegalStep` while the first is under way: two writers could both succeed.
    """
    if job.state not in ENDS:
        raise IllegalStep(f"job {job.id} is still {job.state.value}; no copy before its end")
    marks = (*job.slip.marks, mark) if job.sent and mark not in job.slip.marks else job.slip.marks
    slip = msgspec.structs.replace(job.slip, marks=marks)
    return Job(job_id, printer or job.printer, slip, expires, copy_of=job.id)

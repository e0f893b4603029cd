"""Deciding: a command and a day give events, or a refusal; nothing changes either way.

No clock, no randomness, no I/O: time, ids and secrets come in with the command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from queue_server.hall import behalf, calling, desks, holders, joint, matters, paper, running, serving, taking
from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision
from queue_server.hall.evolve import evolve
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Conflict

Decider = Callable[[Day, do.Ask, Any], Decision]

DECIDERS: dict[type[do.Command], Decider] = {
    do.OpenDay: running.open_day,
    do.ChangeCatalogue: running.change_catalogue,
    do.CloseDay: running.close_day,
    do.SetNotice: running.set_notice,
    do.RecordDown: running.record_down,
    do.BarNumbers: running.bar_numbers,
    do.PauseCategory: running.pause_category,
    do.ResumeCategory: running.resume_category,
    do.SetQuota: running.set_quota,
    do.AcknowledgeAlarm: running.acknowledge,
    do.TakeTicket: taking.take_ticket,
    behalf.TakeForPrincipals: behalf.take_for_principals,
    behalf.GiveUpErrand: behalf.give_up_errand,
    do.CheckIn: taking.check_in,
    do.EnterByHand: taking.enter_by_hand,
    do.NoteSlip: paper.note_slip,
    do.NoteReceipt: paper.note_receipt,
    do.AskReprint: paper.ask_reprint,
    do.NotePrinter: paper.note_printer,
    do.ServeWithoutTicket: taking.serve_without_ticket,
    do.CallNext: calling.call_next,
    do.CallNumber: calling.call_number,
    do.Recall: calling.recall,
    do.Spoken: calling.spoken,
    do.SoundState: calling.sound_state,
    do.MarkAbsent: calling.mark_absent,
    do.Found: calling.found,
    do.ReturnMissed: calling.return_missed,
    do.HoldLapsed: calling.hold_lapsed,
    do.Start: serving.start,
    do.Finish: serving.finish,
    do.AddMatters: serving.add_matters,
    do.CloseMatter: matters.close_matter,
    joint.CarryOn: joint.carry_on,
    do.Transfer: serving.transfer,
    do.Park: serving.park,
    do.Unpark: serving.unpark,
    do.ParkLapsed: serving.park_lapsed,
    do.Cancel: serving.cancel,
    do.LetPass: holders.let_pass,
    do.ReadyAgain: holders.ready,
    do.PassLapsed: holders.pass_lapsed,
    do.Rate: holders.rate,
    do.RateAtWindow: holders.rate_at_window,
    do.ChangeClass: serving.change_class,
    do.Undo: serving.undo,
    do.ClaimWindow: desks.claim,
    do.ReleaseWindow: desks.release,
    do.ClaimLapsed: desks.claim_lapsed,
    do.OpenWindow: desks.open_window,
    do.PauseWindow: desks.pause,
    do.SummonWindows: desks.summon,
    do.AnswerSummons: desks.answer_summons,
    do.CloseWindow: desks.close_window,
    do.AssignWindow: desks.assign,
}


def decide(day: Day, ask: do.Ask) -> Decision:
    """The events that a command brings about, or a refusal (`Refused`). The day is not changed.

    References never run backwards: the later of the asker's time and the day's last time counts.
    """
    if ask.at < day.now.last_at:
        ask = replace(ask, at=day.now.last_at)
    return desks.flow_back(day, ask, DECIDERS[type(ask.command)](day, ask, ask.command))


def known_answer(day: Day, ask: do.Ask) -> Answer | None:
    """The first answer to a key that the day knows; refuses ``key_reused`` if the body was another."""
    kept = day.kept.get(ask.key) if ask.key else None
    if kept is None:
        return None
    if kept.digest != ask.digest:
        raise Conflict("key_reused")
    return kept.answer


def act(day: Day, ask: do.Ask) -> tuple[list[ev.Record], Answer]:
    """Decide and evolve: the day moves on, and the records to append with the caller's answer come back.

    A key that the day knows gives its first answer and no records. Raises `Refused` with the day unchanged.
    """
    kept = known_answer(day, ask)
    if kept is not None:
        return [], kept
    decision = decide(day, ask)
    records = records_of(day, ask, decision)
    for record in records:
        evolve(day, record, day.seq + 1)
    return records, replace(decision.answer, seq=day.seq)


def records_of(day: Day, ask: do.Ask, decision: Decision) -> list[ev.Record]:
    """The log records of a decision: the key and the answer stand on the first of them."""
    at = max(ask.at, day.now.last_at)
    version = ev.RECORD_VERSION
    first, *rest = decision.events
    answer = decision.answer if ask.key else None
    head = ev.Record(
        v=version, at=at, by=ask.by, e=first, key=ask.key, digest=ask.digest, answer=answer, more=len(rest)
    )
    return [head, *(ev.Record(v=version, at=at, by=ask.by, e=event) for event in rest)]

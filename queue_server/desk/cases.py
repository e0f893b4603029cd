"""The case of an accepted matter: opened in the register by whoever finds that the day has it and it has not.

The day's event is the intent, the register's the deed. Both are facts of their own, so a process may die
between them: the follower `reactions/opening.py` finds the event again and opens the case then, and a case
that is there is not opened twice.
"""

from __future__ import annotations

from queue_server.cases.commands import OpenCase
from queue_server.cases.model import Case
from queue_server.desk.hall import Hall
from queue_server.hall.commands import Ask
from queue_server.hall.model import MatterEnd
from queue_server.hall.refusals import Refused


async def open_case(hall: Hall, date: str, ticket: str, end: MatterEnd, by: str) -> Case | None:
    """Open the case of a ticket's matter that was accepted on a business date; None for any other matter.

    Raises `Refused` when the register accepts nothing now.
    """
    accepted = end.case
    if accepted is None:
        return None
    command = OpenCase(
        id=accepted.id,
        date=date,
        matter=end.matter,
        ticket=ticket,
        department=accepted.department,
        hall=hall.id,
        exit=accepted.exit,
        at=accepted.at,
        version=accepted.version,
        promised=accepted.promised,
        legal=accepted.legal,
        owed=end.papers,
        owed_until=end.until,
    )
    key = f"case:{accepted.id}"
    try:
        await hall.register.ask(Ask(at=end.at, by=by, command=command, key=key, digest=key))
    except Refused as refusal:
        if refusal.code != "stale":  # it is open already
            raise
    return await hall.register.look(lambda register: register.cases.get(accepted.id))

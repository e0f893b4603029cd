"""The QR code of a ticket is drawn for its holder and for nobody else."""

from __future__ import annotations

import pytest

from tests.api.hall import served


@pytest.mark.proves("S38")
async def test_only_the_holder_of_a_ticket_gets_the_code_of_its_phone_page(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        mine, other = [(await hall.post("kiosk", "tickets", {"category": "D"})).json() for _ in range(2)]
        holder = f"{mine['ticket']}.{mine['url'].rpartition('#')[2]}"
        drawn = await hall.get(holder, f"/tickets/{mine['ticket']}/qr")
        assert drawn.status_code == 200
        assert drawn.json()["svg"].startswith("<svg")
        for who, ticket in (("kiosk", mine), ("clerk8", mine), ("manager", mine), (holder, other)):
            assert (await hall.get(who, f"/tickets/{ticket['ticket']}/qr")).status_code == 403, who

"""`yichuang cases` on a store, beside a server that runs: records for the platform, and its word."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.api.cases import accepted, joins, step
from tests.api.hall import served
from tests.cli.commands import yichuang

pytestmark = pytest.mark.timeout(120)


async def test_the_platforms_records_are_the_same_by_command_and_over_http(
    store_url: str, hall_id: str
) -> None:
    place = ("--hall", hall_id, "--store", store_url)
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        first, _ = [one["case"] for one in await accepted(hall, "D01", "D02")]
        estate = await joins(hall, "estate")
        await step(hall, estate, first, "take")
        said = await yichuang("cases", "export", *place)
        told = [json.loads(line) for line in said.out.splitlines()]
        assert [(one["table"], one["case"] == first) for one in told] == [
            ("SL", True), ("SL", False), ("SPCL", True),
        ]  # fmt: skip
        pulled = (await hall.get("manager", "/exchange/records")).json()
        assert pulled["records"] == told
        assert said.err == f"go on with --after {pulled['next']}\n"

        await step(hall, estate, first, "ready", shelf="A-05")
        more = await yichuang("cases", "export", *place, "--after", pulled["next"], "--table", "BJ", "--csv")
        (line,) = csv.DictReader(io.StringIO(more.out))
        assert (line["YWLSH"], line["BJJGDM"], line["ZFHTHYY"]) == (first, "0", "")
        again = (await hall.get("manager", f"/exchange/records?after={pulled['next']}")).json()
        assert [str(one["seq"]) for one in again["records"]] == [line["seq"]]
        everything = json.dumps([*told, *again["records"]])
        assert "staff" not in everything
        assert "A-05" not in everything
        assert "name it with --table" in (await yichuang("cases", "export", *place, "--csv")).err
        assert "no table XX" in (await yichuang("cases", "export", *place, "--table", "XX")).err


async def test_a_message_in_a_file_is_taken_in_as_over_http(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "ready.json"
    place = ("--hall", hall_id, "--store", store_url)

    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        first, second = await accepted(hall, "D01", "D02")

        def message(*notices: dict[str, str]) -> str:
            return json.dumps({"id": "m1", "ready": notices})

        file.write_text(message({"case": f"{hall_id}-{first['number']}", "shelf": "A-1"}), "utf-8")
        stranger = await yichuang("cases", "ready", file, *place, "--platform", "nobody")
        assert (stranger.status, "no platform" in stranger.err) == (1, True)
        done = await yichuang("cases", "ready", file, *place, "--platform", "province")
        assert (done.status, done.out) == (0, "ready: 1 of 1\n")
        file.write_text(message({"case": second["case"]}, {"case": "20200101-0001"}), "utf-8")
        some = await yichuang("cases", "ready", file, *place, "--platform", "province")
        assert (some.status, some.out) == (1, "ready: 0 of 2\n")
        assert [line.split(": ")[0] for line in some.err.splitlines()] == ["ready[0].shelf", "ready[1].case"]
        file.write_text(
            message({"case": second["case"]}, {"case": second["number"], "shelf": "A-2"}), "utf-8"
        )
        twice = await yichuang("cases", "ready", file, *place, "--platform", "province")
        assert [line.split(": ")[0] for line in twice.err.splitlines()] == ["ready[0].shelf", "ready[1].case"]
        over_http = {"id": "m1", "ready": [{"case": f"{hall_id}-{first['number']}", "shelf": "A-1"}]}
        assert (await hall.post("platform", "exchange/ready", over_http)).json()["ready"] == 1
        found = (await hall.get("manager", f"/cases/{first['case']}")).json()
        assert [step["what"] for step in found["steps"]] == ["opened", "taken", "readied"]
        file.write_text("{}", "utf-8")
        assert (await yichuang("cases", "ready", file, *place, "--platform", "province")).status == 2

"""`yichuang catalogue publish`, `retire`, `editions` and `export` on a store, beside a server that runs."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from queue_server.cli.registers import put_in_force
from queue_server.config.catalogue import written
from queue_server.demo import demo_plan
from queue_server.hall.refusals import Refused
from queue_server.store.logs import Store
from tests.api.hall import served
from tests.api.people import PASSWORD, person
from tests.cli.commands import Said, yichuang
from tests.desk.live_hall import NOON
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


class Author:
    """Somebody who signs for editions of a hall's catalogue."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, store: str, hall: str) -> None:
        self._monkeypatch = monkeypatch
        self.place = ("--hall", hall, "--store", store)

    async def __call__(self, *words: object, password: str = PASSWORD, by: str = "") -> Said:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        signed = ("--author", by or "wang.fang", "--reason", "权力清单调整")
        return await yichuang("catalogue", *words, *self.place, *signed)

    async def look(self, *words: object) -> Said:
        """A command that nobody signs for."""
        return await yichuang("catalogue", *words, *self.place)


async def test_a_file_is_published_matters_retired_and_an_edition_brought_back(
    store_url: str, hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(monkeypatch, store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        await person(hall, "wang.fang", "manager")
        await person(hall, "li.na", "clerk")
        await person(hall, "new", "manager", must_change=True)
        matters = hall.day.plan.matters
        new = replace(matters[0], id="Z01", name={"zh": "新增事项"})
        file = tmp_path / "next.toml"
        file.write_text(written((*matters[1:], new)), encoding="utf-8")

        tried = await author("publish", file, "--dry-run", password="")
        assert (tried.status, f"- {matters[0].id}" in tried.out, "+ Z01" in tried.out) == (0, True, True)
        assert (await author("publish", file, password="wrong")).status == 1
        assert "may not publish" in (await author("publish", file, by="li.na")).err
        assert "first password" in (await author("publish", file, by="new")).err
        assert "no edition" not in (await author.look("editions")).out
        done = await author("publish", file)
        assert (done.status, done.err) == (0, "edition 1 is in force\n")
        await wait_until(lambda: hall.day.plan.matter("Z01") and not hall.day.plan.matter(matters[0].id))

        assert (await author("retire", "Z01", matters[1].id)).status == 0
        assert "no matter Z01 in force" in (await author("retire", "Z01")).err
        back = tmp_path / "back.toml"
        assert (await author.look("export", "--to", back, "--edition", 1)).status == 0
        assert (await author("publish", back)).status == 0
        await wait_until(lambda: hall.day.plan.matters == (*matters[1:], new))
        lines = (await author.look("editions")).out.splitlines()
        assert [line.split("  ")[0] for line in lines] == ["3", "2", "1"]
        assert all("staff:wang.fang" in line and "权力清单调整" in line for line in lines)
        assert f"+Z01 -{matters[0].id}" in lines[-1]
        audit = (await yichuang("audit", *author.place, "--act", "catalogue_published")).out
        assert audit.count("staff:wang.fang") == 3
        assert (await author.look("export", "--to", tmp_path / "no.toml", "--edition", 9)).status == 1


async def test_a_file_with_faults_is_not_published_and_each_is_named(
    store_url: str, hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(monkeypatch, store_url, hall_id)
    plan = replace(demo_plan(NOON), hall=hall_id)
    store = await Store.connect(store_url)
    try:
        assert await put_in_force(store, plan)
    finally:
        await store.aclose()
    file = tmp_path / "bad.toml"
    text = written(plan.matters)
    file.write_text(text.replace(plan.matters[0].materials[0], "其他材料", 1), encoding="utf-8")
    said = await author("publish", file)
    assert (said.status, said.out) == (1, "")
    assert "matter[0].materials[0]" in said.err
    assert "其他" in said.err


async def test_a_hall_file_keeps_its_published_matters_and_is_refused_where_they_have_no_place(
    store_url: str, hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(monkeypatch, store_url, hall_id)
    async with served(store_url, hall_id) as hall:
        await person(hall, "wang.fang", "manager")
        plan = hall.day.plan
        gone = next(m for m in plan.matters if m.category == "D")
        assert (await author("retire", gone.id)).status == 0
    store = await Store.connect(store_url)
    try:
        renamed = replace(plan, name={"zh": "改名大厅"})
        assert await put_in_force(store, renamed)
        assert not await put_in_force(store, renamed)
        fewer = replace(renamed, categories=tuple(c for c in plan.categories if c.letter != "D"))
        with pytest.raises(Refused, match="catalogue_unfit"):
            await put_in_force(store, fewer)
    finally:
        await store.aclose()
    async with served(store_url, hall_id, renamed) as hall:
        register = hall.site.halls[hall_id].register.state
        assert register.plan is not None
        assert (register.plan.name, register.plan.matter(gone.id)) == ({"zh": "改名大厅"}, None)

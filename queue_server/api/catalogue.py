"""The guides of a hall's matters over HTTP: what a kiosk searches and shows before a ticket is taken."""

from __future__ import annotations

from kiosk.menu import Catalogue, Guide
from kiosk.spelling import pinyin
from queue_server.api.calls import Call
from queue_server.hall.plan import Matter, Plan


async def catalogue(call: Call) -> Catalogue:
    """Every matter with its guide, and the words that find it."""
    return await call.hall.look(lambda day: catalogue_of(day.plan))


def catalogue_of(plan: Plan) -> Catalogue:
    """A plan's matters as a kiosk searches and shows them, in the order of the hall file."""
    return Catalogue(plan.catalogue, tuple(guide(plan, matter) for matter in plan.matters))


def guide(plan: Plan, matter: Matter) -> Guide:
    """One matter's guide."""
    return Guide(
        id=matter.id,
        name=matter.name,
        category=matter.category,
        instant=matter.instant,
        law=matter.law,
        conditions=matter.conditions,
        materials=matter.materials,
        standard=matter.standard,
        steps=matter.steps,
        legal_limit=matter.legal_limit,
        promised_limit=matter.promised_limit,
        fee=matter.fee,
        version=plan.guide_versions[matter.id],
        heard=tuple((text, pinyin(text)) for text in (matter.name["zh"], *matter.words)),
    )

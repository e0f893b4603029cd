"""The guides of a hall's matters over HTTP: what a kiosk searches and shows before a ticket is taken."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.menu import Catalogue, Guide
from kiosk.spelling import pinyin
from queue_server.api.calls import Call
from queue_server.hall.plan import Joint, Matter, Plan, checklist_of
from queue_server.hall.refusals import Unknown


async def catalogue(call: Call) -> Catalogue:
    """Every matter with its guide, and the words that find it; ``?edition=`` is an earlier one's."""
    if "edition" not in call.query:
        return await call.hall.look(lambda day: catalogue_of(day.plan))
    number = int(call.query["edition"])
    today = await call.hall.look(lambda day: day.agreed.get(number))
    plan = today or await call.hall.register.look(lambda register: register.plan_of(number))
    if plan is None:
        raise Unknown("unknown_edition", edition=number)
    return catalogue_of(plan)


def catalogue_of(plan: Plan) -> Catalogue:
    """A plan's matters as a kiosk searches and shows them, in the order of the hall file."""
    joint = (joint_guide(plan, errand) for errand in plan.joints)
    return Catalogue(plan.catalogue, (*(guide(plan, matter) for matter in plan.matters), *joint))


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
        checklist=matter.checklist(),
    )


def joint_guide(plan: Plan, joint: Joint) -> Guide:
    """What a joint errand (一件事) asks for: everything that its matters ask for, each thing once."""
    matters = plan.wanted(joint.matters)

    def each(words: Callable[[Matter], str]) -> str:
        return "；".join(f"{matter.name['zh']}：{words(matter)}" for matter in matters)

    return Guide(
        id=joint.id,
        name=joint.name,
        category=joint.category,
        instant=all(matter.instant for matter in matters),
        law="；".join(dict.fromkeys(matter.law for matter in matters)),
        conditions=tuple(dict.fromkeys(line for matter in matters for line in matter.conditions)),
        materials=tuple(dict.fromkeys(line for matter in matters for line in matter.materials)),
        standard=each(lambda matter: matter.standard),
        steps=tuple(f"{matter.name['zh']}：{step}" for matter in matters for step in matter.steps),
        legal_limit=each(lambda matter: matter.legal_limit),
        promised_limit=each(lambda matter: matter.promised_limit),
        fee=each(lambda matter: matter.fee),
        version=plan.catalogue[:8],
        heard=tuple((text, pinyin(text)) for text in (joint.name["zh"], *joint.words)),
        checklist=checklist_of(matters),
    )

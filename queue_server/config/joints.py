"""Whether the joint errands (一件事) of a hall file agree with its matters and windows."""

from __future__ import annotations

from collections.abc import Iterable

from .sheet import Record, quoted


def check_joints(joints: Iterable[Record], matters: Iterable[Record], categories: Iterable[Record]) -> None:
    """A joint errand brings together matters that exist, one of them in the category where it begins.

    In the menu it stands beside the matters, so that no matter may have its id.
    """
    known = {matter["id"]: matter for matter in matters if "id" in matter}
    instant = {c.get("letter") for c in categories if c.get("instant")}
    for joint in joints:
        if joint.get("id") in known:
            joint.key_place("id").wrong(f'"{joint["id"]}" is the id of a matter; choose another one')
        named = joint.get("matters", [])
        missing = [id for id in named if id not in known]
        if missing and known:
            sentence = f"there are no matters {quoted(missing)}; there are {quoted(known)}"
            joint.key_place("matters").wrong(sentence)
        letter = joint.get("category")
        letters = {known[id].get("category", "") for id in named if id in known}
        if letter is not None and named and not missing and letter not in letters:
            sentence = (
                f"begins in {letter}, where none of its matters is accepted; there are {quoted(letters)}"
            )
            joint.key_place("category").wrong(sentence)
        if letter in instant and any(known[id].get("instant") is False for id in named if id in known):
            sentence = f"category {letter} takes only matters that end on the spot, and one of these does not"
            joint.key_place("category").wrong(sentence)

"""What is wrong with a file that an operator wrote: each fault with its place, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing to put right. `line` counts from 1 (0 when the fault has no line, such as a missing file).

    `where` is the place inside the file, such as ``window[3].serves[0]``; `sentence` says what is
    wrong and what is allowed.
    """

    path: str
    line: int
    where: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.where}: {self.sentence}" if self.where else f"{place}: {self.sentence}"


class Faults(ValueError):
    """A file or a set of settings that cannot be used; `errors` holds every fault, in the file's order."""

    def __init__(self, errors: Sequence[Fault]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.errors)

    def __len__(self) -> int:
        return len(self.errors)


class HallFileErrors(Faults):
    """A hall file that cannot be used."""


class SettingsErrors(Faults):
    """Server settings that cannot be used."""

"""A refusal about a case names its stage in the reader's language, never a code."""

from __future__ import annotations

import pytest

from queue_server.cases.model import STATES
from queue_server.hall.refusals import Conflict
from queue_server.locale import translate
from queue_server.views import LANGUAGES, refusal_text


@pytest.mark.parametrize("state", STATES)
def test_the_stage_of_a_case_is_told_in_every_language(state: str) -> None:
    told = refusal_text(Conflict("case_state", number="20261102-0001", stage=state))
    for lang in LANGUAGES:
        assert "20261102-0001" in told[lang]
        assert translate(f"hall.case.{state}", lang) in told[lang]
    assert state not in told["zh"]
    assert len({translate(f"hall.case.{s}", "zh") for s in STATES}) == len(STATES)

"""What schemathesis is told beside the API's description: loaded by it, not by pytest.

A request that fits the description may still be refused by the hall (a language it does not speak, two
targets of a transfer): that is a 422 with a sentence. It must never be called malformed.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, Response

MALFORMED = frozenset({"bad_body", "bad_json", "bad_path", "bad_query", "no_key", "not_json", "bad_http"})


@schemathesis.check
def what_fits_the_description_is_not_called_malformed(
    ctx: CheckContext, response: Response, case: Case[Any]
) -> None:
    """Positive data may be refused, but never as malformed."""
    positive = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    if positive and response.status_code in (400, 415, 422):
        assert response.json()["code"] not in MALFORMED, response.text


@schemathesis.check
def every_error_is_a_problem(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Whatever is not done is told by problem details, without a trace of the code."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers
    assert "Traceback" not in response.text
    told = response.json()
    assert told["status"] == response.status_code
    assert told["code"]
    assert told["detail"]

"""The API's description, OpenAPI 3.1, made from the table of operations and the types of the wire."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

from queue_server import __version__, wire
from queue_server.api.cookies import COOKIE
from queue_server.api.table import OPERATIONS, PREFIX, Operation

REFERENCES = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{(\w+)\}")
PATTERNS: dict[str, dict[str, Any]] = {
    "hall": {"type": "string"},
    "id": {"type": "string"},
    "n": {"type": "integer", "minimum": 0, "maximum": 9999},
    "number": {"type": "string"},
    "letter": {"type": "string"},
    "zone": {"type": "string"},
    "kiosk": {"type": "string"},
    "code": {"type": "string"},
    "device": {"type": "string"},
    "matter": {"type": "string"},
    "seq": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999},
}


def document() -> dict[str, Any]:
    """The whole document."""
    types: list[Any] = [
        wire.Problem,
        *(o.answer for o in OPERATIONS),
        *(o.body for o in OPERATIONS if o.body),
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCES)
    of = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation, of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "yichuang",
            "version": __version__,
            "description": "The queue of a service hall. Times are ms since the Unix epoch.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _operation(operation: Operation, of: dict[str, Any]) -> dict[str, Any]:
    path = PREFIX + operation.path
    found: dict[str, Any] = {
        "operationId": f"{operation.does.__module__.rpartition('.')[2]}.{operation.does.__name__}",
        "summary": (inspect.getdoc(operation.does) or "").partition("\n")[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": PATTERNS[name]}
            for name in PARAMETER.findall(path)
        ],
        "responses": _responses(operation, of),
    }
    if not operation.public:
        found["security"] = [{"token": []}, {"cookie": []}]
    if operation.body is not None and operation.keyed:
        key = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"}
        found["parameters"].append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": key}
        )
    if operation.body is not None:
        found["requestBody"] = {
            "required": any(field.required for field in msgspec.structs.fields(operation.body)),
            "content": {"application/json": {"schema": of[repr(operation.body)]}},
        }
    else:
        least = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999}
        found["parameters"].append({"name": "at_least", "in": "query", "required": False, "schema": least})
        found["parameters"] += [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "string", "pattern": f"^{p}$"},
            }
            for name, p in operation.query.items()
        ]
    return found


def _responses(operation: Operation, of: dict[str, Any]) -> dict[str, Any]:
    told = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": of[repr(wire.Problem)]}},
    }
    codes = ["401", "403", "404", "409", "422", "429", "503"]
    if operation.body is not None:
        codes += ["400", "408", "413", "415", "429"]
    answer = {"description": "Done", "content": {"application/json": {"schema": of[repr(operation.answer)]}}}
    return {str(operation.status): answer} | dict.fromkeys(codes, told)

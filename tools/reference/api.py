"""The HTTP API reference, from the OpenAPI document, which is generated from the code."""

from __future__ import annotations

import re
from typing import Any

from config.version import VERSION
from server.core.errors import ERRORS

# The required key, in the words of the document.
NEEDED = re.compile(r"Needs a key with the scopes? ([^.]+)\.")

# The types of errors that any route may return, or any that needs a key.
OF_ALL = (
    "internal_error",
    "unavailable",
    "rate_limited",
    "missing_key",
    "invalid_key",
    "account_suspended",
    "out_of_scope",
    "account_leaving",
)


def page(document: dict[str, Any]) -> str:
    """docs/reference/api.md"""
    out = [
        "# The HTTP API",
        "",
        f"Generated from the code of version {VERSION} by `make reference`. A running server shows it all at",
        "`/api/docs`, with the fields of each response, and for programs at `/api/openapi.json`. Every JSON",
        "response is an envelope: `result` is true, beside the fields of the response, or false, with a",
        "stable `error_type` and one sentence in `error_message`. The key goes in the header `api-key`.",
        "",
        "The column *answers* leaves out the errors that any route, or any that needs a key, can give:",
        f"{', '.join(f'`{name}`' for name in OF_ALL)}.",
        "",
    ]
    tags: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(row(method, path, operation))
    for tag, rows in tags.items():
        out += [
            f"## {tag}",
            "",
            "| call | what it does | scope | answers |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    out += ["## Errors", "", "| `error_type` | status | usual sentence |", "| --- | --- | --- |"]
    out += [
        f"| `{error.error_type}` | {error.status} | {error.message} |"
        for error in sorted(ERRORS.values(), key=lambda error: (error.status, error.error_type))
    ]
    return "\n".join(out).rstrip() + "\n"


def row(method: str, path: str, operation: dict[str, Any]) -> str:
    """The table row of one call."""
    told = operation["description"]
    sentence = NEEDED.search(told)
    scope = sentence[1].replace("`", "") if sentence else "none"
    good = [status for status in operation["responses"] if int(status) < 400]
    wrong = [
        name
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for name in answer.get("content", {}).get("application/json", {}).get("examples", {})
        if name not in OF_ALL
    ]
    answers = ", ".join([*good, *(f"`{name}`" for name in wrong)])
    return f"| `{method.upper()} {path}` | {operation['summary']} | {scope} | {answers} |"

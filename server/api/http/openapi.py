"""The OpenAPI document, generated from the operations that the routes declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from sanic_routing import Route

from config.version import VERSION
from server.api.http.envelope import Failure
from server.api.http.operation import Operation
from server.context import App
from server.core.errors import PerchError
from server.core.paging import NEWEST

REF = "#/components/schemas/{name}"
PARAMETER = re.compile(r"<(\w+):[^>]+>")

# The response headers about the rate limit, if rates are limited.
RATES = {
    name: {"description": words, "schema": {"type": "integer"}}
    for name, words in {
        "RateLimit-Limit": "The number of requests of this kind allowed per window.",
        "RateLimit-Remaining": "How many of them are left in this window.",
        "RateLimit-Reset": "Seconds until the next window begins.",
    }.items()
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}}
}

INTRODUCTION = """
The HTTP API of a Perch server. Every response is a JSON object with `result`: true, or false with a stable
`error_type` and one sentence in `error_message`. Send the key in the header `api-key`, as
`Authorization: Bearer <key>`, or as the password of `Basic`. Times are ISO 8601 in UTC. Lists are paged: send
the `next` of one page as the `before` of the following one.
""".strip()


def operations(app: App) -> Iterator[tuple[str, str, str, Operation]]:
    """Path, method, name and declaration of every operation, in the order of the paths."""
    for route in sorted(app.router.routes, key=lambda route: (str(route.path), sorted(route.methods))):
        found = operation_of(route)
        if found is not None:
            path = "/" + PARAMETER.sub(r"{\1}", str(route.path)).rstrip("/")
            name = str(route.name).split(".", 1)[-1].replace(".", "_")
            for method in sorted(route.methods):
                yield path, method.lower(), name, found


def operation_of(route: Route) -> Operation | None:
    """The declaration of a route; None for pages, pictures and documents, which have none."""
    return getattr(route.handler, "operation", None)


def document(app: App) -> dict[str, Any]:
    """The whole document (OpenAPI 3.1)."""
    declared = list(operations(app))
    shapes: set[type[msgspec.Struct]] = {Failure}
    for *_, operation in declared:
        shapes |= {shape for shape in (operation.answer, operation.body, operation.form) if shape is not None}
        shapes |= set(operation.events)
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=REF)
    refs = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, name, operation in declared:
        paths.setdefault(path, {})[method] = described(path, name, operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Perch", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "header": {"type": "apiKey", "in": "header", "name": "api-key"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def described(path: str, name: str, operation: Operation, refs: dict[Any, Any]) -> dict[str, Any]:
    """One operation as the document shows it."""
    parts: dict[str, Any] = {
        "operationId": name,
        "tags": [path.split("/")[2]],
        "summary": operation.summary,
        "description": " ".join([operation.description, key_sentence(operation)]).strip(),
        "security": [{"header": []}, {"bearer": []}, {"basic": []}] if operation.scopes else [],
        "parameters": [
            *path_parameters(path),
            *parameters("query", operation.query),
            *parameters("header", operation.headers),
        ],
        "responses": {
            str(operation.status): success(operation, refs),
            **failures(operation, refs[Failure]),
        },
    }
    if operation.body is not None:
        parts["requestBody"] = {
            "required": operation.body_needed,
            "content": {"application/json": {"schema": refs[operation.body]}},
        }
    if operation.form is not None:
        parts["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": refs[operation.form]}},
        }
    return parts


def success(operation: Operation, refs: dict[Any, Any]) -> dict[str, Any]:
    """The response for a success: a JSON object, a file, or events."""
    if operation.file is not None:
        return {
            "description": "The file.",
            "content": {operation.file: {"schema": {"type": "string", "format": "binary"}}},
        }
    if operation.answer is None:
        events = [refs[shape] for shape in operation.events]
        return {
            "description": "Events. The `data` of each is one of these.",
            "content": {"text/event-stream": {"schema": {"oneOf": events}}},
        }
    return {
        "description": first_line(operation.answer),
        **told(operation),
        "content": {"application/json": {"schema": refs[operation.answer]}},
    }


def key_sentence(operation: Operation) -> str:
    """The sentence that says which key an operation needs."""
    if not operation.scopes:
        return "Needs no key."
    scopes = " and ".join(f"`{scope}`" for scope in operation.scopes)
    return f"Needs a key with the scope{'s' if len(operation.scopes) > 1 else ''} {scopes}."


def path_parameters(path: str) -> list[dict[str, Any]]:
    """The parameters in the path: ids, and names of other kinds."""
    number, text = {"type": "integer", "minimum": 1}, {"type": "string"}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if name.endswith("_id") else text}
        for name in re.findall(r"{(\w+)}", path)
    ]


def parameters(place: str, shape: type[msgspec.Struct] | None) -> list[dict[str, Any]]:
    """The parameters in the query string (`query`) or in headers (`header`)."""
    if shape is None:
        return []
    (_,), components = msgspec.json.schema_components([shape], ref_template=REF)
    found = []
    for name, schema in components[shape.__name__]["properties"].items():
        parameter = {
            "name": name,
            "in": place,
            "required": False,
            "schema": inlined(schema, components),
        }
        if description := schema.pop("description", None):
            parameter["description"] = description
        found.append(parameter)
    return found


def told(operation: Operation) -> dict[str, Any]:
    """The headers of a success."""
    headers = {
        name: {"description": words, "schema": {"type": "string"}} for name, words in operation.told.items()
    }
    return {"headers": headers | RATES}


def inlined(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The schema with its reference resolved, and without a default that only means "the newest"."""
    if "$ref" in schema:
        schema = {**components[schema["$ref"].rsplit("/", 1)[-1]], **schema}
        del schema["$ref"]
    if schema.get("default") == NEWEST:
        del schema["default"]
    return schema


def failures(operation: Operation, schema: Any) -> dict[str, Any]:
    """The failures by status, each `error_type` with its usual sentence as an example."""
    by_status: dict[int, list[type[PerchError]]] = {}
    for error in operation.errors:
        by_status.setdefault(error.status, []).append(error)
    return {
        str(status): {
            "description": ", ".join(f"`{error.error_type}`" for error in errors),
            **({"headers": RETRY_AFTER} if status in (429, 503) else {}),
            "content": {
                "application/json": {
                    "schema": schema,
                    "examples": {error.error_type: {"value": example(error)} for error in errors},
                }
            },
        }
        for status, errors in sorted(by_status.items())
    }


def example(error: type[PerchError]) -> dict[str, Any]:
    """The envelope of this error."""
    return {"result": False, "error_type": error.error_type, "error_message": error.message}


def first_line(kind: type) -> str:
    """The first line of a shape's description."""
    return (kind.__doc__ or "").strip().partition("\n")[0]

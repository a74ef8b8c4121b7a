"""The OpenAPI document as a page for people: plain HTML, no scripts, so that it works under any policy."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: HTTP API</title>
<link rel="icon" type="image/svg+xml" href="/favicon.ico">
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<a class="skip" href="#operations">Skip to the operations</a>
<header><h1>{title} <small>{version}</small></h1><p>{introduction}</p>
<p>For programs: <a href="/api/openapi.json">openapi.json</a>. Back to <a href="/">{title}</a>.</p></header>
<nav aria-label="Operations">{contents}</nav>
<main id="operations">{operations}<section id="shapes"><h2>Schemas</h2>{shapes}</section></main>
</body>
</html>"""

STYLE = (Path(__file__).parent / "docs_page.css").read_text()


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    described = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    contents = "".join(
        f'<li><a href="#{operation["operationId"]}">{escape(operation["summary"])}</a><br>'
        f"<small><code>{method.upper()} {escape(path)}</code></small></li>"
        for path, method, operation in described
    )
    return PAGE.format(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        introduction=prose(document["info"]["description"]),
        contents=f"<ul>{contents}</ul>",
        operations="".join(section(*part) for part in described),
        shapes="".join(shape(name, schema) for name, schema in document["components"]["schemas"].items()),
    )


def section(path: str, method: str, operation: dict[str, Any]) -> str:
    """One operation."""
    head = f'<span class="method">{method.upper()}</span> <code>{escape(path)}</code>'
    rows = [row("success", answers(operation, "2"))]
    if operation["parameters"]:
        rows.insert(0, row("parameters", "<br>".join(map(parameter, operation["parameters"]))))
    if body := operation.get("requestBody"):
        kind, content = next(iter(body["content"].items()))
        rows.insert(0, row("body", f"{escape(kind)}: {type_of(content['schema'])}"))
    rows.append(row("failures", answers(operation, "45")))
    rows.append(row("example", f"<code>{escape(curl(path, method, operation))}</code>"))
    return (
        f'<article id="{operation["operationId"]}"><h3>{head}</h3>'
        f"<p><strong>{escape(operation['summary'])}.</strong> {prose(operation['description'])}</p>"
        f'<div class="scroll" tabindex="0"><table>{"".join(rows)}</table></div></article>'
    )


def curl(path: str, method: str, operation: dict[str, Any]) -> str:
    """The call as a command."""
    parts = ["curl"]
    if method not in ("get", "post") or (method == "post" and "requestBody" not in operation):
        parts.append(f"-X {method.upper()}")
    if operation["security"]:
        parts.append("-H 'api-key: …'")
    if body := operation.get("requestBody"):
        json_body = "application/json" in body["content"]
        parts.append("-H 'content-type: application/json' -d '{…}'" if json_body else "-F file=@picture.jpg")
    return " ".join([*parts, path.replace("{", "<").replace("}", ">")])


def row(name: str, content: str) -> str:
    """A line of an operation's table."""
    return f'<tr><th scope="row">{name}</th><td>{content}</td></tr>'


def answers(operation: dict[str, Any], first_digits: str) -> str:
    """The responses whose status begins with one of these digits."""
    lines = []
    for status, answer in operation["responses"].items():
        if status[0] in first_digits:
            (content,) = answer["content"].values()
            kind = type_of(content["schema"]) if status[0] == "2" else ""
            lines.append(f"<strong>{status}</strong> {prose(answer['description'])} {kind}")
    return "<br>".join(lines)


def parameter(spec: dict[str, Any]) -> str:
    """One line about a parameter."""
    default = spec["schema"].get("default")
    ending = f" <span class='quiet'>(default: {default})</span>" if default is not None else ""
    description = f": {prose(spec['description'])}" if "description" in spec else ""
    return f"<code>{escape(spec['name'])}</code> {type_of(spec['schema'])}{description}{ending}"


def shape(name: str, schema: dict[str, Any]) -> str:
    """A shape with its fields."""
    required = schema.get("required", [])
    fields = "".join(
        row(
            f"<code>{escape(field)}</code>",
            f"{type_of(spec)} {prose(spec.get('description', ''))}"
            + ("" if field in required else " <span class='quiet'>(may be absent)</span>"),
        )
        for field, spec in schema.get("properties", {}).items()
    )
    return (
        f'<article id="shape-{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{prose(schema.get('description', ''))}</p>"
        f'<div class="scroll" tabindex="0"><table>{fields}</table></div></article>'
    )


def type_of(schema: dict[str, Any]) -> str:
    """A schema's type in words, shapes as links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#shape-{name}">{name}</a>'
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(type_of(part) for part in schema[choice])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type", "anything")))


def prose(text: str) -> str:
    """Text with `code` marked."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))

"""Checks JSON against the schemas of the OpenAPI document, as far as it uses them."""

from __future__ import annotations

from typing import Any


def matches(value: Any, schema: dict[str, Any], components: dict[str, Any]) -> bool:
    """Whether a value matches the schema, with no field more or less."""
    if "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return any(matches(value, part, components) for part in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    match schema.get("type"):
        case "object":
            if "properties" not in schema:  # an object with any content
                return isinstance(value, dict)
            properties = schema["properties"]
            return (
                isinstance(value, dict)
                and set(value) <= set(properties)
                and set(schema.get("required", [])) <= set(value)
                and all(matches(item, properties[name], components) for name, item in value.items())
            )
        case "array":
            return isinstance(value, list) and all(
                matches(item, schema["items"], components) for item in value
            )
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
    raise AssertionError(f"a schema that says nothing: {schema}")

"""What can be asked for: the operations of both OpenAPI documents, and every page of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Target:
    """A port as one of its users: `credentials` are header lines, `fields` what every form of theirs must hold."""

    port: int
    credentials: dict[str, str]
    foreign: dict[str, str]
    """Credentials that open nothing here."""
    ids: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    is_api: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path, the parameters behind its `?`, and the body's form."""

    method: str
    path: str
    target: Target
    parameters: tuple[str, ...] = ()
    content_type: str | None = None
    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return its name in tables."""
        return f"{self.method} {self.path}"


def operations_of(document: dict[str, Any], target: Target) -> list[Operation]:
    """Return every operation of an OpenAPI document, once for each form that its body may have."""
    found = []
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            parameters = tuple(each["name"] for each in described.get("parameters", ()) if each["in"] == "query")
            contents = described.get("requestBody", {}).get("content", {}) or {None: {}}
            for content_type, content in contents.items():
                schema = _resolved(content.get("schema", {}), content.get("schema", {}).get("$defs", {}))
                found.append(Operation(method.upper(), path, target, parameters, content_type, schema))
    return found


def _resolved(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _resolved(definitions[value["$ref"].rpartition("/")[2]], definitions)
    return {name: _resolved(each, definitions) for name, each in value.items() if name != "$defs"}

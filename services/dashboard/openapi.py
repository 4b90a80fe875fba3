"""The admin API in OpenAPI's words, made from its routes and forms."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from starlette.routing import Route

from services.dashboard.api.bot_forms import BotChange, NewBotForm
from services.dashboard.api.document_files import FILE_FORMS, ReplacementForm
from services.dashboard.api.documents import NewDocumentForm
from services.dashboard.api.erasures import ErasureForm
from services.dashboard.api.keys import KeyChange, NewKeyForm, RotationForm
from services.dashboard.api.notice_settings import NoticeSettingsForm
from services.dashboard.api.parameters import parameters_of
from services.dashboard.api.tokens import NewTokenForm
from services.dashboard.api.workspace import WorkspaceChange
from services.dashboard.posted import MULTIPART

FORMS: dict[tuple[str, str], type[BaseModel]] = {
    ("POST", "/api/keys"): NewKeyForm,
    ("PATCH", "/api/keys/{id}"): KeyChange,
    ("POST", "/api/keys/{id}/rotate"): RotationForm,
    ("POST", "/api/bots"): NewBotForm,
    ("PATCH", "/api/bots/{id}"): BotChange,
    ("PATCH", "/api/workspace"): WorkspaceChange,
    ("POST", "/api/tokens"): NewTokenForm,
    ("PUT", "/api/notices/settings"): NoticeSettingsForm,
    ("POST", "/api/documents"): NewDocumentForm,
    ("POST", "/api/erasures"): ErasureForm,
    ("PUT", "/api/documents/{id}"): ReplacementForm,
}


TEXT_OR_NULL: dict[str, Any] = {"type": ["string", "null"]}
FIELD_PROBLEM = {
    "type": "object",
    "description": "A field that must be corrected, and one sentence that says how",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    "required": ["field", "message"],
}
ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "code": {"type": "string"},
                "message": {"type": "string", "description": "One sentence; of several fields the first one's"},
                "param": TEXT_OR_NULL | {"description": "The field that `message` is about"},
                "errors": {
                    "type": "array",
                    "description": "The fields that must be corrected, the first one too; empty when it is no field",
                    "items": FIELD_PROBLEM,
                },
                "request_id": {"type": "string"},
                "provider": {"type": "string"},
                "provider_status": {"type": "integer"},
                "provider_code": {"type": "string"},
                "provider_request_id": {"type": "string"},
            },
            "required": ["type", "code", "message", "param", "errors", "request_id"],
        }
    },
    "required": ["error"],
}


REFUSAL = {
    "description": "Why it was refused or failed",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def describe(routes: list[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(route.path, {})[method.lower()] = _operation(method, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mevichat admin API", "version": "1"},
        "security": [{"adminToken": []}],
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {"adminToken": {"type": "http", "scheme": "bearer"}},
        },
        "paths": paths,
    }


def _operation(method: str, route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": (route.endpoint.__doc__ or "").strip(),
        "responses": {"2XX": {"description": "The answer"}, "default": REFUSAL},
    }
    form = FORMS.get((method, route.path))
    if form is not None:
        content: dict[str, Any] = {"application/json": {"schema": form.model_json_schema()}}
        if (method, route.path) in FILE_FORMS:
            content[MULTIPART] = {"schema": FILE_FORMS[method, route.path]}
        operation["requestBody"] = {"required": True, "content": content}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in parameters_of(method, route.path)
    ]
    if "{id}" in route.path:
        parameters.append(
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        )
    if parameters:
        operation["parameters"] = parameters
    return operation

"""How /uploads stands in the OpenAPI description. It is spoken by webapp.datasets.tus."""

from typing import Any

Description = dict[str, Any]
_BYTES = {"content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_PROBLEM = {
    "description": "A problem document (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {"type": "object", "properties": {"status": {"type": "integer"}, "detail": {"type": "string"}}}
        }
    },
}


def _header(name: str, text: str, *, required: bool = True, **schema: Any) -> Description:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "schema": {"type": "string", **schema},
        "description": text,
    }


_VERSION = _header("Tus-Resumable", "1.0.0", const="1.0.0")
_OFFSET = _header("Upload-Offset", "Bytes that are there already.", type="integer", examples=[0])
_CHECKSUM = _header(
    "Upload-Checksum", "sha1 or sha256, a space, and the digest of these bytes in base64.", required=False
)
_ID = {"in": "path", "name": "upload_id", "required": True, "schema": {"type": "string", "format": "uuid"}}


def _operation(summary: str, text: str, status: str, answer: str, *parameters: Description, **more: Any) -> Description:
    return {
        "tags": ["Uploads"],
        "summary": summary,
        "description": text,
        "parameters": list(parameters),
        "responses": {status: {"description": answer}, "default": _PROBLEM},
        **more,
    }


PATHS: Description = {
    "/api/v1/uploads": {
        "post": _operation(
            "Begin an upload",
            "By tus 1.0 (https://tus.io). The identifier is the last part of Location.",
            "201",
            "Location",
            _VERSION,
            _header("Upload-Length", "Bytes of the whole file.", type="integer", examples=[1048576]),
            _header("Upload-Metadata", "filename and its base64.", required=False),
            _CHECKSUM,
            _header("Idempotency-Key", "The same key begins one upload only.", required=False),
            requestBody=_BYTES,
        ),
        "options": _operation("What is spoken", "Versions, extensions and limits of tus.", "204", "Headers"),
    },
    "/api/v1/uploads/{upload_id}": {
        "parameters": [_ID],
        "head": _operation(
            "Ask for the offset", "What was acknowledged is never lost.", "200", "Upload-Offset", _VERSION
        ),
        "patch": _operation(
            "Send bytes",
            "From the offset on, as many as you like.",
            "204",
            "Upload-Offset",
            _VERSION,
            _OFFSET,
            _CHECKSUM,
            requestBody=_BYTES,
        ),
        "delete": _operation("End an upload", "Its bytes are removed.", "204", "Gone", _VERSION),
    },
}

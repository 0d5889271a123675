"""The rule for what may be sent to Encord: reads, and nothing else. Pure; `signing` applies it to every request.

Encord answers only requests that are signed with the key. So a request that this module refuses is not merely avoided:
without a signature it is impossible.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.errors import ConnectorError, ErrorKind

LEGACY_READS = frozenset({"labelrowmetadata", "labelrow"})
"""Query types of the older API that a sync reads: the listing and label rows."""

_ID = r"[0-9A-Za-z_-]+"
V2_READS = {
    "GET": re.compile(
        rf"/v2/public/(?:"
        rf"projects"
        rf"|projects/{_ID}"
        rf"|projects/{_ID}/(?:branches|users|datasets|groups|tags|issue-tags|issues|editor-logs)"
        rf"|projects/{_ID}/workflow/stages/{_ID}/tasks(?:/{_ID}/reviews)?"
        rf"|projects/{_ID}/labels/{_ID}/validation-state"
        rf"|ontologies/{_ID}"
        rf"|storage/items/{_ID}"
        rf"|analytics/(?:task-actions|time-spent)"
        rf")"
    ),
    "POST": re.compile(rf"/v2/public/(?:storage/items/get-bulk|projects/{_ID}/label-rows/classifications)"),
}
"""Method and path of the reads of the newer API. The two POST calls read as well: their ids go in the body."""


def refuse_legacy_write(body: str) -> None:
    """Refuse a request of the older API, unless it reads.

    Args:
        body: the request's JSON, exactly as it would be signed and sent.

    Raises:
        ConnectorError: WRITE_REFUSED. A PUT of `labelrow` creates the row, so only a GET that names the label hashes it
            wants may pass. Signed URLs are refused too, because a sync has no use for them.
    """
    try:
        request = json.loads(body, object_pairs_hook=_without_doubled_keys)
    except ValueError:
        raise _refusal("a request that cannot be read") from None
    if not isinstance(request, dict):
        raise _refusal("a request that is not an object")
    query_type, query_method = request.get("query_type"), request.get("query_method")
    what = f"{query_method} {query_type}"
    if query_method != "GET" or query_type not in LEGACY_READS:
        raise _refusal(what)
    values = request.get("values")
    if not isinstance(values, dict):
        raise _refusal(f"{what} without values")
    payload = values.get("payload")
    if isinstance(payload, dict) and (payload.get("get_signed_url") or payload.get("client_metadata_as_signed_url")):
        raise _refusal(f"{what} with signed URLs")
    if query_type == "labelrow" and not _names_label_rows(values.get("uid")):
        raise _refusal(f"{what} without a label hash")


def refuse_v2_write(method: str | None, url: str | None, body: bytes | str | None, domain: str) -> None:
    """Refuse a request of the newer API, unless it reads and goes to the configured domain.

    Raises:
        ConnectorError: WRITE_REFUSED.
    """
    parts = urlsplit(url or "")
    method = (method or "").upper()
    what = f"{method} {parts.path}"
    pattern = V2_READS.get(method)
    if pattern is None or pattern.fullmatch(parts.path) is None:
        raise _refusal(what)
    if f"{parts.scheme}://{parts.netloc}".lower() != domain.lower():
        raise _refusal(f"{what} to another host")
    if any(name == "signUrl" and value.lower() not in {"false", "0"} for name, value in parse_qsl(parts.query)):
        raise _refusal(f"{what} with signed URLs")
    if method == "GET" and body:
        raise _refusal(f"{what} with a body")
    if method == "POST":
        try:
            payload = json.loads(body or b"", object_pairs_hook=_without_doubled_keys)
        except ValueError:
            raise _refusal(f"{what} with a body that cannot be read") from None
        if not isinstance(payload, dict) or payload.get("signUrls") or payload.get("sign_urls"):
            raise _refusal(f"{what} with signed URLs")


def _names_label_rows(uid: object) -> bool:
    hashes = uid if isinstance(uid, list) else [uid]
    return bool(hashes) and all(isinstance(label_hash, str) and label_hash for label_hash in hashes)


def _without_doubled_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses doubled keys, which the server might read in another way than this module."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("doubled key")
    return result


def _refusal(what: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.WRITE_REFUSED,
        f"Refused to sign {what}: this connector only reads. Nothing was sent.",
        remedy="This is a defect of encord-sync; please report it.",
    )

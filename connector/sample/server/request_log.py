"""Every request that the fake server got, so that tests can count them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

LEGACY_KINDS = {
    "labelrowmetadata": "listing",
    "labelrow": "label_rows",
    "project": "legacy_project",
    "projectwithuserrole": "legacy_projects",
}

_HASH = r"(?P<project>[0-9a-fA-F-]{36})"
V2_KINDS = [
    ("GET", re.compile(r"projects"), "projects"),
    ("GET", re.compile(rf"projects/{_HASH}"), "project"),
    ("GET", re.compile(rf"projects/{_HASH}/branches"), "branches"),
    ("GET", re.compile(rf"projects/{_HASH}/users"), "users"),
    ("GET", re.compile(rf"projects/{_HASH}/workflow/stages/(?P<stage>[0-9a-fA-F-]{{36}})/tasks"), "tasks"),
    ("GET", re.compile(rf"projects/{_HASH}/issues"), "issues"),
    ("GET", re.compile(rf"projects/{_HASH}/editor-logs"), "editor_logs"),
    ("GET", re.compile(r"analytics/task-actions"), "task_actions"),
    ("GET", re.compile(r"analytics/time-spent"), "time_spent"),
    ("POST", re.compile(rf"projects/{_HASH}/label-rows/classifications"), "classifications"),
    ("GET", re.compile(r"ontologies/(?P<ontology>[0-9a-fA-F-]{36})"), "ontology"),
    ("POST", re.compile(r"storage/items/get-bulk"), "storage_items"),
]


@dataclass
class RequestRecord:
    """One request: what was asked, by whom, and what was answered.

    `status` is filled when the answer is ready. The older API reports its errors inside HTTP 200: `error_code` has the
    word that it used.
    """

    kind: str
    method: str
    path: str
    query_type: str | None
    query_method: str | None
    project_hash: str | None
    uids: tuple[str, ...]
    user_agent: str
    is_write: bool
    status: int | None = None
    error_code: str | None = None


class RequestLog(list[RequestRecord]):
    """The requests in the order of arrival; appending and reading are safe between threads."""

    def of_kind(self, kind: str) -> list[RequestRecord]:
        """The requests of one kind, such as listing, label_rows, project, ontology, branches, users or tasks."""
        return [record for record in list(self) if record.kind == kind]

    def counts(self) -> dict[str, int]:
        """How many requests of each kind came in."""
        counts: dict[str, int] = {}
        for record in list(self):
            counts[record.kind] = counts.get(record.kind, 0) + 1
        return counts

    def writes(self) -> list[RequestRecord]:
        """The requests that would have changed something on Encord."""
        return [record for record in list(self) if record.is_write]

    def label_hashes(self) -> list[str]:
        """All label hashes whose labels were asked for, once for each time."""
        return [uid for record in self.of_kind("label_rows") for uid in record.uids]


@dataclass(frozen=True)
class ParsedRequest:
    """A parsed request: its record, and what the API needs to answer it."""

    record: RequestRecord
    target: str
    headers: Mapping[str, str]
    body: bytes
    values: Any
    parameters: Mapping[str, list[str]]
    path_parts: Mapping[str, str]
    is_v2: bool


def parse_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> ParsedRequest:
    """Parse a request and say what it is; anything that is not known to read is a write or `unknown`."""
    path = urlsplit(target).path
    parameters = parse_qs(urlsplit(target).query)
    agent = headers.get("User-Agent", "")
    try:
        content = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        content = {}
    if path.startswith("/v2/public/"):
        kind, parts = _v2_kind(method, path.removeprefix("/v2/public/"))
        is_write = method != "GET" and kind == "unknown"
        uids = content.get("labelUuids") or content.get("itemUuids") or [] if isinstance(content, dict) else []
        project_hash = parts.get("project") or parameters.get("projectUuid", [None])[0]
        record = RequestRecord(kind, method, path, None, None, project_hash, tuple(map(str, uids)), agent, is_write)
        return ParsedRequest(record, target, headers, body, content, parameters, parts, is_v2=True)
    content = content if isinstance(content, dict) else {}
    query_type, query_method = str(content.get("query_type")), str(content.get("query_method"))
    values = content.get("values") or {}
    uid = values.get("uid")
    record = RequestRecord(
        LEGACY_KINDS.get(query_type, "unknown"),
        method,
        path,
        query_type,
        query_method,
        headers.get("ResourceID") or None,
        tuple(map(str, uid)) if isinstance(uid, list) else ((str(uid),) if uid else ()),
        agent,
        is_write=query_method != "GET",
    )
    return ParsedRequest(record, target, headers, body, values, parameters, {}, is_v2=False)


def _v2_kind(method: str, path: str) -> tuple[str, Mapping[str, str]]:
    for expected_method, pattern, kind in V2_KINDS:
        match = pattern.fullmatch(path.rstrip("/"))
        if match and method == expected_method:
            return kind, match.groupdict()
    project = re.match(rf"projects/{_HASH}", path)
    return "unknown", project.groupdict() if project else {}

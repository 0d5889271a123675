"""Reads a list of the newer API to its end, a page at a time."""

from collections.abc import Iterator, Mapping

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.connection import Connection


def list_pages(
    connection: Connection, path: str, parameters: Mapping[str, str], *, what: str
) -> Iterator[list[object]]:
    """The entries of each page; any may be malformed.

    Args:
        connection: to Encord.
        path: below /v2/public/.
        parameters: the query string, without the page.
        what: what is listed, with its id, for messages: "the tasks of stage …".

    Raises:
        ConnectorError: while iterating: of any kind of `failures.translate`; SOURCE_CONTENT if an answer is not a
            list, or the pages never end.
    """
    query, tokens_seen = dict(parameters), set[str]()
    while True:
        page = connection.get(path, query, doing=f"reading {what}")
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(results, list):
            raise _unexpected(what)
        yield results
        token = page.get("nextPageToken")
        if not token:
            return
        if not isinstance(token, str) or token in tokens_seen:
            raise _unexpected(what)
        tokens_seen.add(token)
        query["pageToken"] = token


def _unexpected(what: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"{what[0].upper()}{what[1:]} came in a form that this release does not know.",
        remedy="Labels are synced all the same; upgrade encord-sync to have them too.",
    )

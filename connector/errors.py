"""Every way a sync can fail: one exception, a closed list of kinds, and the retry rule and exit code of each.

An error of this project always says what went wrong, on which id, and what to do next. Errors of libraries are
translated into one of these kinds at the boundary that knows the library (`source/`, `load/`, `config.py`).
"""

import enum
from collections.abc import Mapping, Sequence


class ExitCode(enum.IntEnum):
    """What the command returns to the shell; fixed, so that schedulers can rely on it."""

    OK = 0
    CONFIGURATION = 2
    AUTHENTICATION = 3
    SOURCE_UNREACHABLE = 4
    SCHEMA = 5
    WAREHOUSE = 6
    PARTIAL = 7
    LOCKED = 8
    INTERRUPTED = 75


class ErrorKind(enum.StrEnum):
    """The closed list of failures."""

    CONFIGURATION = "configuration"
    """An option, environment variable or configuration file cannot be used."""
    AUTHENTICATION = "authentication"
    """The key is not accepted: unknown, revoked, expired, or of another region."""
    PERMISSION = "permission"
    """The key is accepted but may not read this project, or the project does not exist."""
    UNREACHABLE = "unreachable"
    """No usable answer from Encord: network, time-out, server error, an answer cut short."""
    RATE_LIMITED = "rate_limited"
    """Encord asked to slow down for longer than this run is willing to wait."""
    TOO_LARGE = "too_large"
    """Encord refused a request or an answer for its size; a smaller bundle may pass."""
    SOURCE_CONTENT = "source_content"
    """An answer arrived complete but breaks Encord's format: one label row or listing entry is set aside."""
    MISSING = "missing"
    """A label row that the listing names was not in the answer."""
    OUTDATED = "outdated"
    """Encord answered with labels older than its listing says and than the ones stored; they were not written."""
    WRITE_REFUSED = "write_refused"
    """Something tried to send a writing request to Encord; the guard stopped it before it was signed. A bug."""
    DELETES_REFUSED = "deletes_refused"
    """More label rows are gone from the listing than the set share; nothing was tombstoned."""
    SCHEMA = "schema"
    """The warehouse's tables are older or newer than this release, or not of this product."""
    WAREHOUSE = "warehouse"
    """The warehouse cannot be opened, read or written."""
    LOCKED = "locked"
    """Another process holds the warehouse."""
    UNPUBLISHED = "unpublished"
    """The warehouse's last run did not succeed, so what it holds is not published; readers keep what they have."""
    INTERRUPTED = "interrupted"
    """A signal stopped the run after a clean commit."""
    INTERNAL = "internal"
    """A defect of this connector."""

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a run that ends with this failure."""
        return _EXIT_CODES[self]

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self in {ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED}


_EXIT_CODES = {
    ErrorKind.CONFIGURATION: ExitCode.CONFIGURATION,
    ErrorKind.AUTHENTICATION: ExitCode.AUTHENTICATION,
    ErrorKind.PERMISSION: ExitCode.AUTHENTICATION,
    ErrorKind.UNREACHABLE: ExitCode.SOURCE_UNREACHABLE,
    ErrorKind.RATE_LIMITED: ExitCode.SOURCE_UNREACHABLE,
    ErrorKind.TOO_LARGE: ExitCode.SOURCE_UNREACHABLE,
    ErrorKind.SOURCE_CONTENT: ExitCode.PARTIAL,
    ErrorKind.MISSING: ExitCode.PARTIAL,
    ErrorKind.OUTDATED: ExitCode.PARTIAL,
    ErrorKind.WRITE_REFUSED: ExitCode.CONFIGURATION,
    ErrorKind.DELETES_REFUSED: ExitCode.PARTIAL,
    ErrorKind.SCHEMA: ExitCode.SCHEMA,
    ErrorKind.WAREHOUSE: ExitCode.WAREHOUSE,
    ErrorKind.LOCKED: ExitCode.LOCKED,
    ErrorKind.UNPUBLISHED: ExitCode.PARTIAL,
    ErrorKind.INTERRUPTED: ExitCode.INTERRUPTED,
    ErrorKind.INTERNAL: ExitCode.WAREHOUSE,
}


class ConnectorError(Exception):
    """A failure of a known kind.

    Attributes:
        kind: one of the closed list.
        message: what failed, and on which id. Holds no key, password, signed URL or label text.
        remedy: what the user can do next, one sentence; may be empty if the message says it.
        retry_after: seconds that the server asked to wait, if it did.
        is_transient: whether the same request may succeed a little later; its kind decides, unless told otherwise.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        remedy: str = "",
        retry_after: float | None = None,
        is_transient: bool | None = None,
    ) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.retry_after = retry_after
        self.is_transient = kind.is_transient if is_transient is None else is_transient


class FormatError(ValueError):
    """A part of an answer or a file that breaks its format, in words that hold no text of labels.

    Attributes:
        what: what is wrong with the part, such as "is text, not a number".
        path: the keys and places that lead to it, outermost first.
        owner: what the part belongs to, such as "object 1a2b3c4d"; empty if unknown.
    """

    def __init__(self, what: str, path: Sequence[str | int] = (), owner: str = "") -> None:
        self.what, self.path, self.owner = what, tuple(path), owner
        *outer, name = self.path or ("it",)
        place = f"in {'/'.join(str(key)[:_LONGEST_KEY] for key in outer)}" if outer else ""
        if isinstance(name, int):
            name = f"entry {name}"
        details = ", ".join(filter(None, (owner, place)))
        super().__init__(f"{name[:_LONGEST_KEY]} {what}" + (f" ({details})" if details else ""))

    def within(self, *outer: str | int) -> "FormatError":
        """The same error within a larger whole, in which these keys lead to the part."""
        return FormatError(self.what, (*outer, *self.path), self.owner)

    def of_label_row(self, label_hash: str) -> str:
        """What to say about the label row that has the part."""
        return (
            f"Label row {label_hash} is not of Encord's format: {self}. What was stored of it stays."
            " Correct it where it comes from; the next run tries it again."
        )


class UnreadableEntryError(FormatError):
    """An entry of a listing that is not JSON.

    Attributes:
        names: its label_hash, data_hash and branch_name, as far as they can be read.
    """

    def __init__(self, problem: FormatError, names: Mapping[str, object]) -> None:
        super().__init__(problem.what, problem.path, problem.owner)
        self.names = names


_LONGEST_KEY = 80

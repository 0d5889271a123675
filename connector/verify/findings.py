"""Counts and reports what a verification finds in one project. Shows text of labels only if asked to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.runs.report import Level, Report
from connector.verify.row_comparison import Difference

SHOWN = 20
"""How many findings of one kind are shown: differences of a table and label row, label rows not synced yet."""

_SHOWN_ENDINGS = ("_hash", "_uuid", "_id")
"""Endings of text columns that name something and may be printed; any other text may come from a label."""

_WORDS = {
    "missing": "a row is missing in the warehouse",
    "surplus": "the warehouse has a row too many",
    "doubled": "the warehouse has a row several times",
}


@dataclass(slots=True)
class Findings:
    """The outcome for one project, or for rows that belong to none.

    Attributes:
        listed: label rows in the listing.
        opened: label rows that somebody has opened; only these have labels to compare.
        compared: label rows whose labels were fetched again and compared.
        differing: label hashes (or label_row_id if there is none) of label rows in which something differs.
        differences: differences in all tables; each cell and row counts.
        not_synced_yet: label rows and other parts that changed since the last sync, or wait for the next one.
        not_compared: label rows that could not be fetched or read, and listing entries that could not be read.
    """

    report: Report
    is_verbose: bool
    project_hash: str = ""
    title: str = ""
    listed: int = 0
    opened: int = 0
    compared: int = 0
    differing: set[str] = field(default_factory=set)
    differences: int = 0
    not_synced_yet: int = 0
    not_compared: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs, and everything could be compared."""
        return not self.differences and not self.not_compared

    def differ(self, differences: Iterable[Difference], label_hashes: Mapping[str, str | None] | None = None) -> None:
        """Count differences and report the first ones of each table and label row.

        Args:
            differences: what differs.
            label_hashes: label_row_id → label hash, for differences that have only the former.
        """
        told: Counter[tuple[str, str]] = Counter()
        for difference in differences:
            owner = self._owner(difference, label_hashes or {})
            self.differences += 1
            if owner:
                self.differing.add(owner)
            told[difference.table, owner] += 1
            if self.is_verbose or told[difference.table, owner] <= SHOWN:
                self._tell_difference(difference, owner)
        for (table, owner), count in told.items():
            if not self.is_verbose and count > SHOWN:
                of_row = f" of label row {owner}" if owner else ""
                text = f"… and {count - SHOWN:,} more differences in {table}{of_row} (--verbose shows all)."
                self._tell(
                    "more_differences", text, "error", table=table, label_hash=owner or None, differences=count - SHOWN
                )

    @staticmethod
    def _owner(difference: Difference, label_hashes: Mapping[str, str | None]) -> str:
        if label_row_id := difference.key.get("label_row_id"):
            return label_hashes.get(label_row_id) or str(label_row_id)
        return str(difference.key.get("label_hash") or "")

    def _tell_difference(self, difference: Difference, owner: str) -> None:
        kind, column = difference.kind, difference.column
        encord, warehouse = (self._value(column, value) for value in (difference.encord, difference.warehouse))
        rest = {name: value for name, value in difference.key.items() if value != owner}
        where = ", ".join(f"{name} {value}" for name, value in rest.items())
        subject = f"{difference.table} of label row {owner}" if owner else difference.table
        if kind == "changed":
            what = f"{column} is {_in_words(warehouse)}, in Encord it is {_in_words(encord)}"
            if isinstance(encord, _Hidden) and encord == warehouse:
                what = f"{column} is another {_in_words(warehouse)} than in Encord"
        else:
            what = _WORDS[kind] + (f" ({difference.warehouse})" if kind == "doubled" else "")
        self._tell(
            "difference",
            f"{subject}: {what}" + (f" ({where})." if where else "."),
            "error",
            kind=kind,
            table=difference.table,
            label_hash=owner or None,
            key=dict(difference.key),
            column=column,
            encord=encord,
            warehouse=warehouse,
        )

    def _value(self, column: str | None, value: object) -> object:
        """The value, or the length of its text: text of labels is shown only if asked for."""
        if self.is_verbose or not isinstance(value, str) or (column or "").endswith(_SHOWN_ENDINGS):
            return value
        return _Hidden(f"text of {len(value):,} characters")

    def wait(self, what: str, reason: str, **fields: object) -> None:
        """Count and report something that the warehouse cannot hold yet: the next sync brings it."""
        self.not_synced_yet += 1
        if self.is_verbose or self.not_synced_yet <= SHOWN:
            self._tell("not_synced_yet", f"Not synced yet: {what} ({reason}).", "info", reason=reason, **fields)
        elif self.not_synced_yet == SHOWN + 1:
            self._tell("more_not_synced_yet", "… and more that is not synced yet (--verbose shows all).", "info")

    def leave_out(self, name: str, message: str) -> None:
        """Count and report a label row or listing entry that could not be compared."""
        self.not_compared += 1
        self._tell("not_compared", f"Not compared: {message}", "warning", label_hash=name)

    def end(self) -> None:
        """Report the outcome."""
        level: Level = "info" if self.is_equal else "error"
        self._tell(
            "project_verified",
            self.sentence(),
            level,
            is_equal=self.is_equal,
            listed=self.listed,
            opened=self.opened,
            compared=self.compared,
            differing_label_rows=len(self.differing),
            differences=self.differences,
            not_synced_yet=self.not_synced_yet,
            not_compared=self.not_compared,
        )

    def sentence(self) -> str:
        """The outcome in one line."""
        verdict = "equal" if self.is_equal else "differs" if self.differences else "not all compared"
        found = "no difference"
        if self.differences:
            found = f"differences: {self.differences:,} (label rows concerned: {len(self.differing):,})"
        return (
            f"{self.title or self.project_hash}: {verdict}. {self.listed:,} label rows listed, labels of"
            f" {self.compared:,} of {self.opened:,} opened ones compared; {found},"
            f" {self.not_synced_yet:,} not synced yet, {self.not_compared:,} not compared."
        )

    def _tell(self, name: str, text: str, level: Level, **fields: Any) -> None:  # noqa: ANN401 - JSON values
        if self.project_hash:
            fields = {"project_hash": self.project_hash, **fields}
        self.report.event(name, text, level=level, **fields)


class _Hidden(str):
    """Words that replace a text that is not shown."""

    __slots__ = ()


def _in_words(value: object) -> str:
    return "NULL" if value is None else str(value)

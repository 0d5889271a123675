"""Stores a whole listing: the project, its stages, its ontology, its data units and label rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connector.load.contract.ontology_meaning import OntologyMeaning
from connector.load.contract.pseudonyms import mixed_with
from connector.load.contract.session import Session
from connector.load.contract.statements import delete_missing, refuse_doubled, same_key, sql, upsert
from connector.load.contract.warehouse import STATE_COLUMNS
from connector.load.history.change_log import ChangeLog
from connector.load.history.label_row_versions import keep_removed_labels
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.upkeep.stored_people import note_key
from connector.load.writing.frame_numbers import fill_frame_numbers
from connector.load.writing.renamed_label_rows import move_renamed

_LISTED_AGAIN = ("project", "data_unit", "label_row")
"""Tables whose rows get a tombstone when a listing lacks them, and lose it when one has them again."""

_DELETED_WHEN_GONE = ("workflow_stage", "ontology_class", "ontology_attribute", "ontology_option")
"""Tables that hold only a copy of what is there now."""

_ORDER = ("project", "workflow_stage", "ontology_class", "ontology_attribute", "ontology_option")
"""Parents first, because PostgreSQL's references require it; data_unit and label_row come after them."""


_ROWS_ARE_MADE_WITH = ("data_type", "width", "height", "frame_count", "spaces_digest")
"""Columns of data_unit that rows of labels depend on: extents, warnings, parts. Titles and the like come from joins."""

_NEWS = pa.schema(
    [
        pa.field(name, pa.string())
        for name in ("label_row_id", "data_hash", "branch_name", "label_hash", "old_label_hash")
    ]
)


def upsert_listing(
    session: Session,
    project_hash: str,
    tables: Mapping[str, pa.Table],
    parts: Iterable[Mapping[str, pa.Table]],
    meaning: OntologyMeaning,
    changes: ChangeLog,
) -> Counter[str]:
    """Stores one whole listing inside the caller's transaction; returns how many rows changed, by table.

    Raises:
        ConnectorError: CONFIGURATION if the project's addresses are kept otherwise than this run would keep them.
    """
    changed: Counter[str] = Counter()
    is_new = _agree_on_pseudonyms(session, project_hash)
    all_new = not _is_known(session, project_hash)
    # Of a project that nobody knew, there is no moment that its rows were not there.
    kept = None if all_new else changes
    for name in _ORDER:
        if name in tables:
            again = name in _LISTED_AGAIN
            changed[name] = upsert(session, METADATA.tables[name], tables[name], listed_again=again, changes=kept)
        if name in tables and name in _DELETED_WHEN_GONE:
            changed[name] += delete_missing(session, METADATA.tables[name], project_hash, changes)
    if is_new and session.pseudonyms.check is not None:
        note_key(session, project_hash)
    longest = 0
    parts_of: Counter[str] = Counter()
    for part in parts:
        parts_of.update(part.keys())
        if "data_unit" in part:
            units = part["data_unit"]
            if not all_new:
                session.stage("arriving_data_unit", units, is_part=True)
                changed["label_row"] += _mark_described_otherwise(session, units.column_names)
            changed["data_unit"] += upsert(
                session,
                METADATA.tables["data_unit"],
                units,
                listed_again=True,
                is_part=True,
                all_new=all_new,
                changes=changes,
            )
            longest = max(longest, _longest(units))
        if "label_row" in part:
            rows = part["label_row"]
            if not all_new:
                session.stage("arriving_label_row", rows, is_part=True)
                changed["label_row"] += _follow_label_hashes(session, project_hash, changes)
            changed["label_row"] += upsert(
                session,
                METADATA.tables["label_row"],
                rows,
                listed_again=True,
                is_part=True,
                all_new=all_new,
                changes=changes,
            )
    for name in ("data_unit", "label_row"):
        if all_new and parts_of[name] > 1:  # each part was checked; DuckDB has no key that would find doubled rows
            refuse_doubled(session, METADATA.tables[name], name, project_hash)
    if longest:
        fill_frame_numbers(session, longest)
    changed["label_row"] += _mark_stale(session, project_hash, meaning)
    return +changed


def _agree_on_pseudonyms(session: Session, project_hash: str) -> bool:
    """Whether a project is new; raises if it is not, and its pseudonyms, or addresses, are not of this run's kind."""
    found = session.rows("SELECT pseudonym_check FROM project WHERE project_hash = $p", p=project_hash)
    if found and found[0][0] != session.pseudonyms.check:
        raise mixed_with(found[0][0], session.pseudonyms.check)
    return not found


def _is_known(session: Session, project_hash: str) -> bool:
    """Whether the warehouse has data units or label rows of a project, tombstoned ones too.

    If it has none, there is no need to search for each part among all earlier ones, which takes long in a large
    listing.
    """
    query = "SELECT 1 FROM {table} WHERE project_hash = $project_hash LIMIT 1"
    return any(session.rows(sql(query, table=name), project_hash=project_hash) for name in ("data_unit", "label_row"))


def _follow_label_hashes(session: Session, project_hash: str, changes: ChangeLog) -> int:
    """Handles label rows that the listing shows with another label_hash, or under another id; returns how many moved.

    Encord gives a branch a new label_hash if it is made again, and keeps the hash if the branch is renamed.
    """
    news = session.table(
        "SELECT listed.label_row_id, listed.data_hash, listed.branch_name, listed.label_hash,"
        " label_row.label_hash AS old_label_hash FROM arriving_label_row AS listed"
        " LEFT JOIN label_row ON label_row.label_row_id = listed.label_row_id"
        " WHERE listed.label_hash IS DISTINCT FROM label_row.label_hash",
        _NEWS,
    )
    if not news.num_rows:
        return 0
    session.stage("news_of_label_row", news, is_part=True)
    _forget_replaced(session, project_hash, changes)
    return move_renamed(session, project_hash, changes)


def _forget_replaced(session: Session, project_hash: str, changes: ChangeLog) -> None:
    """Removes the labels and the sync state of label_hashes that are gone, which would otherwise stay for ever."""
    replaced = session.table(
        "SELECT DISTINCT old_label_hash AS label_hash FROM news_of_label_row WHERE old_label_hash IS NOT NULL"
        " AND old_label_hash NOT IN (SELECT label_hash FROM arriving_label_row WHERE label_hash IS NOT NULL)",
        pa.schema([pa.field("label_hash", pa.string())]),
    )
    if not replaced.num_rows:
        return
    session.stage("replaced_label_hash", replaced)
    keep_removed_labels(session, changes, project_hash, "replaced_label_hash")
    for name in reversed(LABEL_TABLES):
        delete = "DELETE FROM {table} WHERE label_hash IN (SELECT label_hash FROM replaced_label_hash)"
        session.execute(sql(delete, table=name))
    session.execute(
        "DELETE FROM sync_failure WHERE project_hash = $project_hash"
        " AND label_hash IN (SELECT label_hash FROM replaced_label_hash)",
        project_hash=project_hash,
    )
    cleared = ", ".join(f"{name} = NULL" for name in STATE_COLUMNS)
    of_replaced = "WHERE project_hash = $project_hash AND label_hash IN (SELECT label_hash FROM replaced_label_hash)"
    changes.keep("label_row", "changed", of_replaced, project_hash=project_hash)
    clear = sql("UPDATE label_row SET {cleared} {of_replaced}", cleared=cleared, of_replaced=of_replaced)
    session.execute(clear, project_hash=project_hash)


def _mark_described_otherwise(session: Session, columns: Sequence[str]) -> int:
    """Marks synced label rows of data units whose listing entry changed in columns that rows are made from."""
    known = [name for name in _ROWS_ARE_MADE_WITH if name in columns]
    differs = [f"data_unit.{name} IS DISTINCT FROM arriving_data_unit.{name}" for name in known]
    if not differs:
        return 0
    found = sql(
        "SELECT data_unit.project_hash, data_unit.data_hash FROM data_unit JOIN arriving_data_unit ON {same_key}"
        " WHERE {differs}",
        same_key=same_key(METADATA.tables["data_unit"], "arriving_data_unit"),
        differs=" OR ".join(differs),
    )
    units = session.table(found, pa.schema([pa.field(name, pa.string()) for name in ("project_hash", "data_hash")]))
    if not units.num_rows:
        return 0
    session.stage("described_otherwise", units)
    return session.execute(
        "UPDATE label_row SET stale_reason = 'data unit' FROM described_otherwise"
        " WHERE label_row.project_hash = described_otherwise.project_hash"
        " AND label_row.data_hash = described_otherwise.data_hash"
        " AND label_row.content_hash IS NOT NULL AND label_row.stale_reason IS NULL"
    )


def _mark_stale(session: Session, project_hash: str, meaning: OntologyMeaning) -> int:
    """Marks synced label rows that an edit of the ontology may affect; returns how many were not marked before."""
    touched: list[str] = []
    if meaning.everything_is_stale:
        touched.append("label_hash IS NOT NULL")
    else:
        if meaning.stale_classes:
            stale = pa.table({"feature_hash": pa.array(sorted(meaning.stale_classes), pa.string())})
            session.stage("stale_class", stale)
            session.bring_instances(project_hash, meaning.stale_classes)
            touched += [
                sql(
                    "label_hash IN (SELECT label_hash FROM {table}"
                    " WHERE feature_hash IN (SELECT feature_hash FROM stale_class))",
                    table=name,
                )
                for name in ("object_instance", "classification_instance")
            ]
        if meaning.is_changed:
            # What was unreadable with the old ontology may be readable with the new one.
            touched.append("warnings IS NOT NULL")
    if not touched:
        return 0
    mark = (
        "UPDATE label_row SET stale_reason = 'ontology' WHERE project_hash = $project_hash"
        " AND content_hash IS NOT NULL AND stale_reason IS NULL AND ({touched})"
    )
    return session.execute(sql(mark, touched=" OR ".join(touched)), project_hash=project_hash)


def _longest(data_units: pa.Table) -> int:
    """The largest frame_count of the listed data units."""
    if "frame_count" not in data_units.column_names:
        return 0
    return int(pc.max(data_units["frame_count"]).as_py() or 0)

"""Arrow rows as listing and normaliser make them, small, and a way to read a warehouse back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from connector.load import ARROW_SCHEMAS, STATES_SCHEMA, Warehouse
from connector.load.tables.histories import HISTORIES

PROJECT = "project-1"
EDITED = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
Tables = dict[str, pa.Table]
LISTING_COLUMNS = ARROW_SCHEMAS["label_row"].names[: ARROW_SCHEMAS["label_row"].names.index("deleted_at")]


@dataclass(frozen=True)
class Meaning:
    """What an ontology edit means, as the normaliser says it."""

    stale_classes: frozenset[str] = frozenset()
    everything_is_stale: bool = False
    is_changed: bool = False


SAME = Meaning()


def rows(table: str, *given: Mapping[str, Any]) -> pa.Table:
    """Rows of a table; columns not given are NULL."""
    schema = ARROW_SCHEMAS[table]
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in given], schema=schema)


def listing(
    label_rows: Iterable[tuple[str, str, str | None]], project_hash: str = PROJECT, **changes: object
) -> dict[str, pa.Table]:
    """A listing of (data_hash, branch_name, label_hash); `changes` are columns of every label row."""
    label_rows = list(label_rows)
    data_hashes = dict.fromkeys(data_hash for data_hash, _, _ in label_rows)
    return {
        "project": rows("project", {"project_hash": project_hash, "title": "Night traffic"}),
        "workflow_stage": rows(
            "workflow_stage",
            {"project_hash": project_hash, "stage_uuid": "stage-1", "title": "Annotate", "position": 0},
        ),
        "ontology_class": ontology_classes("car", "bus", project_hash=project_hash),
        "ontology_attribute": rows("ontology_attribute"),
        "ontology_option": rows("ontology_option"),
        "data_unit": rows(
            "data_unit",
            *(
                {"project_hash": project_hash, "data_hash": data_hash, "title": f"{data_hash}.mp4", "frame_count": 30}
                for data_hash in data_hashes
            ),
        ),
        "label_row": rows(
            "label_row",
            *(
                {
                    "label_row_id": f"{project_hash}/{data_hash}/{branch_name}",
                    "project_hash": project_hash,
                    "data_hash": data_hash,
                    "branch_name": branch_name,
                    "label_hash": label_hash,
                    "last_edited_at": EDITED,
                    "is_valid": True,
                    **changes,
                }
                for data_hash, branch_name, label_hash in label_rows
            ),
        ).select(LISTING_COLUMNS),
    }


def ontology_classes(*names: str, project_hash: str = PROJECT) -> pa.Table:
    return rows(
        "ontology_class",
        *(
            {
                "project_hash": project_hash,
                "feature_hash": name,
                "kind": "object",
                "name": name.title(),
                "is_global": False,
                "is_archived": False,
                "position": position,
            }
            for position, name in enumerate(names)
        ),
    )


def labels(label_hash: str, *, frames: Sequence[int] = range(3), x: float = 0.25, feature_hash: str = "car") -> Tables:
    """A label row's tables: one object on some frames, one classification with an answer."""
    return {
        "object_instance": rows(
            "object_instance", {"label_hash": label_hash, "object_hash": "object-1", "feature_hash": feature_hash}
        ),
        "object_annotation": rows(
            "object_annotation",
            *(
                {"label_hash": label_hash, "object_hash": "object-1", "space_id": "root", "frame": frame, "x": x}
                for frame in frames
            ),
        ),
        "classification_instance": rows(
            "classification_instance",
            {"label_hash": label_hash, "classification_hash": "classification-1", "feature_hash": "weather"},
        ),
        "classification_range": rows(
            "classification_range",
            {
                "label_hash": label_hash,
                "classification_hash": "classification-1",
                "space_id": "root",
                "position": 0,
                "frame_start": 0,
                "frame_end": 9,
                "range_unit": "frame",
            },
        ),
        "attribute_answer": rows(
            "attribute_answer",
            {
                "label_hash": label_hash,
                "owner_kind": "classification",
                "owner_hash": "classification-1",
                "space_id": "root",
                "attribute_feature_hash": "weather-question",
                "position": 0,
                "answer_text": "rain",
            },
        ),
    }


def many_annotations(label_hash: str, count: int, x: float | None = None) -> pa.Table:
    """Annotations of one object whose numbers do not compress (unless `x` is given), quickly made."""
    random = np.random.default_rng(5)
    given = {
        "label_hash": pa.array(np.full(count, label_hash)),
        "object_hash": pa.array(np.full(count, "object-1")),
        "space_id": pa.array(np.full(count, "root")),
        "frame": pa.array(np.arange(count)),
        **{name: pa.array(random.random(count)) for name in ("y", "width", "height", "x_min", "y_min")},
        "x": pa.array(random.random(count) if x is None else np.full(count, x)),
    }
    schema = ARROW_SCHEMAS["object_annotation"]
    return pa.table([given.get(field.name, pa.nulls(count, field.type)) for field in schema], schema=schema)


def together(*bundles: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Several label rows' tables as one bundle."""
    names = {name for bundle in bundles for name in bundle}
    return {name: pa.concat_tables([bundle[name] for bundle in bundles if name in bundle]) for name in names}


def states(*label_hashes: str, **changes: object) -> pa.Table:
    """The states of freshly fetched label rows."""
    fresh = {
        "content_is_new": True,
        "force": False,
        "is_event_based": False,
        "object_count": 1,
        "annotation_count": 3,
        "classification_count": 1,
        "content_hash": "content-1",
        "normaliser_version": 1,
        "synced_last_edited_at": EDITED,
        "synced_is_valid": True,
        "labels_last_edited_at": EDITED.replace(microsecond=0),
        "is_settled": True,
        "synced_at": EDITED,
        **changes,
    }
    return pa.Table.from_pylist([{"label_hash": name, **fresh} for name in label_hashes], schema=STATES_SCHEMA)


def read(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with warehouse.connection() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def places(warehouse: Warehouse, table: str) -> list[str]:
    """Where each row of a table lies: a row that was written again, even as it was, lies elsewhere."""
    with warehouse.connection() as connection:
        place = "ctid" if connection.dialect.name == "postgresql" else "rowid"
        query = f"SELECT CAST({place} AS VARCHAR) FROM {table} ORDER BY 1"
        return list(connection.execute(sa.text(query)).scalars())


def stored_state(warehouse: Warehouse, project_hash: str = PROJECT) -> dict[str, dict[str, Any]]:
    """What `state` says, by label_row_id without the project."""
    return {
        row["label_row_id"].removeprefix(f"{project_hash}/"): row for row in warehouse.state(project_hash).to_pylist()
    }


def present(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but those that tell of the past."""
    past = {"label_row_version", "history_clock", *(table.name for table in HISTORIES.values())}
    return {name: rows for name, rows in everything(warehouse).items() if name not in past}


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, sorted: two warehouses, or one before and after, compare equal or not."""
    with warehouse.connection() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))), key=repr)
            for name in ARROW_SCHEMAS
        }

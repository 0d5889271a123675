"""How the warehouse's tables are laid out as Iceberg tables: columns, partitions, and which rows belong together.

Rows of labels are only ever added. Each addition has a `commit_id`, and the row that owns them (a label row, or the
branches compared in a data unit) names the one that is valid: changing that name is what replaces them. So a table of
labels must be read together with its owner, never by itself.
"""

from enum import Enum
from typing import NamedTuple

import sqlalchemy as sa
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DoubleType,
    IcebergType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

from connector.load.contract.statements import column_list
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.tables.declaration import FLAG, INSTANT, INTEGER, INTERNAL, NUMBER, PERSON, TEXT
from connector.load.tables.histories import HISTORIES, TABLES_OF_THE_PAST, history_clock, label_row_version
from connector.sql_files import ViewFile, column_texts, view_files

HELD = "held"
"""The schema of a working copy that has the rows as they are in the lake."""
COMMIT_ID = "commit_id"
PROJECT_HASH = "project_hash"
SHARD = "shard"


class Owned(NamedTuple):
    """Tables whose rows are valid if their owner names their commit.

    Attributes:
        tables: their names.
        owner: the table that names the valid commit.
        link: the column that leads from their rows to the owner's, within a project.
    """

    tables: tuple[str, ...]
    owner: str
    link: str


LABELS = Owned(LABEL_TABLES, "label_row", "label_hash")
MATCHES = Owned(
    ("consensus_object_match", "consensus_compared_object", "consensus_object_track"),
    "consensus_matched_branch",
    "data_hash",
)
OWNED = (LABELS, MATCHES)
OWNED_TABLES = frozenset(name for owned in OWNED for name in owned.tables)
OWNERS = frozenset(owned.owner for owned in OWNED)

LOGS = {history.name: name for name, history in HISTORIES.items()}
"""Tables of what rows were, and whose rows: only ever added to, and never read by a run. What a killed run added is as
true as it was, so nothing says which of their rows are valid."""


class Kind(Enum):
    """Which rows of a project's table a run of one share of it reads and writes."""

    OF_DATA_UNITS = "those of its data units, which no other share has"
    OF_PROJECT = "all are read; only the first share writes them"
    OF_SHARE = "those that have its name: what this share has read, compared, or failed to read"


KINDS: dict[str, Kind] = {
    LABELS.owner: Kind.OF_DATA_UNITS,
    "data_unit": Kind.OF_DATA_UNITS,
    "data_frame": Kind.OF_DATA_UNITS,
    MATCHES.owner: Kind.OF_DATA_UNITS,
    "consensus_task_branch": Kind.OF_DATA_UNITS,
    "task_action": Kind.OF_DATA_UNITS,
    "time_spent": Kind.OF_DATA_UNITS,
    "issue": Kind.OF_DATA_UNITS,
    "issue_comment": Kind.OF_DATA_UNITS,
    "editor_log": Kind.OF_DATA_UNITS,
    label_row_version.name: Kind.OF_DATA_UNITS,
    "project": Kind.OF_PROJECT,
    "workflow_stage": Kind.OF_PROJECT,
    "ontology_class": Kind.OF_PROJECT,
    "ontology_attribute": Kind.OF_PROJECT,
    "ontology_option": Kind.OF_PROJECT,
    "project_user": Kind.OF_PROJECT,
    "sync_failure": Kind.OF_SHARE,
    "consensus_match_rules": Kind.OF_SHARE,
    "consensus_stage_read": Kind.OF_SHARE,
    "stream_read": Kind.OF_SHARE,
    "compared_ontology": Kind.OF_SHARE,
    history_clock.name: Kind.OF_SHARE,
}
"""Every table whose rows of one project fit into a working copy: all but labels, their matches and the logs."""

PROJECT_TABLES = tuple(KINDS)
RECEIPTS = ("sync_run", "sync_run_project")
"""What tells of runs, and needs to fit no other table: readers see it as it is now, so no commit to it is noted."""
OF_SHARE = frozenset(name for name, kind in KINDS.items() if kind is Kind.OF_SHARE)
WITH_REPEATS = frozenset({"frame_number", "consensus_threshold", *OF_SHARE})
"""Tables in which the same row may stand several times: two workers added it at once, or each for its share."""

BEFORE_LABELS = ("data_frame", MATCHES.owner, "consensus_match_rules", label_row_version.name)
"""Tables of a project that are written before its label rows: a run that is killed in between fetches the label rows
again, and then these are written again too."""

_LAST = ("consensus_stage_read", "stream_read", "compared_ontology")
"""What says how far something was read: written when all that was read is there."""

AFTER_LABELS = (
    history_clock.name,
    *(name for name in PROJECT_TABLES if name not in {*BEFORE_LABELS, LABELS.owner, history_clock.name, *_LAST}),
    *_LAST,
)
"""Tables of a project that are written after its label rows. What they say decides which label rows are fetched: a run
that is killed in between finds them old, and decides the same again."""

KEYS = {
    **{name: "data_hash" for name, kind in KINDS.items() if kind is Kind.OF_DATA_UNITS},
    LABELS.owner: "label_row_id",
    "sync_failure": "label_hash",
}
"""By which column the rows of a table are replaced; those of all other tables are replaced all together."""

LAKE_COMMIT = sa.Table(
    "lake_commit",
    sa.MetaData(),
    sa.Column(COMMIT_ID, TEXT),
    sa.Column("committed_at", INSTANT),
    sa.Column("locations", TEXT),
    comment="One row per commit: the metadata file of every table at that moment, which show the same state together.",
)
PROJECT_LEASE = sa.Table(
    "project_lease",
    sa.MetaData(),
    sa.Column(PROJECT_HASH, TEXT),
    sa.Column(SHARD, TEXT),
    sa.Column("token", TEXT),
    sa.Column("holder", TEXT),
    sa.Column("renewed_at", INSTANT),
    comment="One row per project, or share of one, that a run writes: who it is, and when it last showed to be alive.",
)
COMPARED_ONTOLOGY = sa.Table(
    "compared_ontology",
    sa.MetaData(),
    sa.Column(PROJECT_HASH, TEXT),
    sa.Column("ontology", TEXT),
    info=INTERNAL,
    comment="One row per share of a project: the ontology that its label rows were last compared with.",
)
OWN_TABLES = {
    "lake_commit": LAKE_COMMIT,
    "project_lease": PROJECT_LEASE,
    "compared_ontology": COMPARED_ONTOLOGY,
}
"""Tables that no other engine needs."""

LAKE_TABLES: dict[str, sa.Table] = {
    **{str(name): table for name, table in METADATA.tables.items() if name != "installed_view"},
    **OWN_TABLES,
}
"""Every table of a lake. Its readers install the views, so none says which ones are installed."""


def shown_rows(name: str, stored: str, line: str = " ") -> str:
    """The query for a table's rows as on the other engines, from those in the lake, which may stand there repeatedly.

    Args:
        name: the table; none of labels.
        stored: where its rows are.
        line: what stands before FROM and GROUP BY.
    """
    names = list(METADATA.tables[name].columns.keys())
    if name == history_clock.name:
        # A moment is known if every share knows it.
        latest = ", ".join(f"MAX({moment}) AS {moment}" for moment in names if moment != PROJECT_HASH)
        return f"SELECT {PROJECT_HASH}, {latest}{line}FROM {stored}{line}GROUP BY {PROJECT_HASH}"
    return f"SELECT {'DISTINCT ' if name in WITH_REPEATS else ''}{column_list(names)}{line}FROM {stored}"


def views_of_the_present() -> list[ViewFile]:
    """The views that do not read what was, each after those that it reads."""
    missing = set(TABLES_OF_THE_PAST)
    found: list[ViewFile] = []
    for file in view_files():
        if file.reads & missing:
            missing.add(file.view_name)
        else:
            found.append(file)
    return found


_TYPES: dict[type[object], IcebergType] = {
    type(TEXT): StringType(),
    type(PERSON): StringType(),
    type(INTEGER): LongType(),
    type(NUMBER): DoubleType(),
    type(FLAG): BooleanType(),
    type(INSTANT): TimestamptzType(),
}
_OF_LAKE = {
    COMMIT_ID: "The commit that added the row; valid is the one that the owner's row names.",
    "committed_at": "When, by the clock of the process that committed.",
    "locations": "JSON: table → the location of its metadata file.",
    "token": "Tells this holder from all others.",
    "holder": "JSON: command, user, host, process and run.",
    "renewed_at": "When the holder was last seen alive, by its own clock.",
    "ontology": "JSON: table → its rows.",
    SHARD: "Which share of the project, such as 1/4; 1/1 is all of it.",
}
_BUCKETS = 16
IN_BUCKETS = ("object_annotation", "attribute_answer")
"""Tables in which one label row must be found without reading the whole project."""

PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "200",
}


def columns_of(name: str) -> list[str]:
    """The columns of a lake's table: those of the declaration; and the project, commit or share."""
    declared = list(LAKE_TABLES[name].columns.keys())
    if name in OF_SHARE:
        declared.append(SHARD)
    if name in OWNERS or name in OWNED_TABLES:
        declared.append(COMMIT_ID)
    if (name in OWNED_TABLES or name in LOGS) and PROJECT_HASH not in declared:
        declared.append(PROJECT_HASH)
    return declared


def logged_rows(name: str) -> str:
    """The query for the rows of a log in a working copy of project `$project_hash`, with all columns of the lake's."""
    of_project = f"CAST(${PROJECT_HASH} AS VARCHAR) AS {PROJECT_HASH}"
    return f"SELECT {', '.join(of_project if each == PROJECT_HASH else each for each in columns_of(name))} FROM {name}"


def iceberg_schema(name: str) -> Schema:
    """The columns with their types and texts. All are optional, as pyiceberg takes Arrow rows only then."""
    declared = LAKE_TABLES[name].columns
    texts = column_texts()
    of_lake = _OF_LAKE.keys() - (set() if name in OWN_TABLES else declared.keys())
    return Schema(
        *(
            NestedField(
                place,
                column,
                _TYPES[type(declared[column].type)] if column in declared else StringType(),
                required=False,
                doc=_OF_LAKE[column] if column in of_lake else texts.of(name, column),
            )
            for place, column in enumerate(columns_of(name), 1)
        )
    )


def partition_spec(name: str, schema: Schema) -> PartitionSpec:
    """By project, so that projects never disturb one another; runs, which begin at the same time, by run."""
    names = [column for column in (PROJECT_HASH,) if column in columns_of(name)]
    if name == "sync_run":
        names = ["run_id"]
    fields = [
        PartitionField(schema.find_field(column).field_id, 1000 + place, IdentityTransform(), column)
        for place, column in enumerate(names)
    ]
    if name in IN_BUCKETS:
        label_hash = schema.find_field("label_hash").field_id
        fields.append(PartitionField(label_hash, 1000 + len(fields), BucketTransform(_BUCKETS), "label_hash_bucket"))
    return PartitionSpec(*fields)


def sorted_by(name: str) -> list[str]:
    """The columns by which added rows are sorted, so that a label row's lie together, and its frames in order."""
    wanted = (PROJECT_HASH, "data_hash", "label_row_id", "label_hash", "frame", "object_hash")
    return [column for column in wanted if column in columns_of(name)]

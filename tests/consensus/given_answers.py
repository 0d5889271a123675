"""Answers of annotators' branches of project herd: to classifications on ranges, nested ones, and to attributes."""

from collections.abc import Iterable, Mapping

from connector.load import Warehouse
from tests.consensus.herd_of_three import MANY_FRAMES, STAGES, Label, add_unit
from tests.views.herd import Row, add_answers, add_classification, insert

UNIT = "video"
QUESTIONS = {name: f"{name}-question" for name in ("day", "tags", "note", "herds")}


def add_reviewed(
    warehouse: Warehouse, annotators: str, *, stage: str = "review", labels: Mapping[str, Iterable[Label]] | None = None
) -> None:
    """A video with a submitted branch for each letter, and an empty main."""
    drawn = labels or {}
    branches: dict[str, list[Label] | None] = {name: list(drawn.get(name, ())) for name in ("main", *annotators)}
    add_unit(
        warehouse,
        UNIT,
        stage,
        {name if name == "main" else f"encord-{name}": each for name, each in branches.items()},
        submitted={f"encord-{annotator}": "COMPLETED" for annotator in annotators},
    )
    assert stage in STAGES


def label_hash_of(annotator: str, data_hash: str = UNIT) -> str:
    """The label row of an annotator's branch, or of main."""
    return f"{data_hash}/{annotator if annotator == 'main' else f'encord-{annotator}'}"


def classify(
    warehouse: Warehouse,
    annotator: str,
    name: str,
    ranges: Iterable[tuple[int | None, int | None]],
    answers: Mapping[str, Iterable[Row]],
    *,
    feature_hash: str | None = None,
    range_unit: str = "frame",
    data_hash: str = UNIT,
) -> None:
    """A classification instance of an annotator's: `answers` are those of each of its questions, by their ids."""
    label_hash = label_hash_of(annotator, data_hash)
    add_classification(warehouse, label_hash, name, feature_hash or name, *ranges, range_unit=range_unit)
    for question, rows in answers.items():
        add_answers(warehouse, label_hash, name, question, *rows, owner_kind="classification")
    with warehouse.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE label_row SET classification_count = classification_count + 1"
            f" WHERE label_row_id = '{data_hash}/{label_hash.partition('/')[2]}'"
        )


def option(name: str) -> Row:
    """An answer that ticks an option."""
    return {"option_feature_hash": name}


def number(value: float) -> Row:
    """A numeric answer."""
    return {"answer_text": f"{value:g}", "answer_number": value}


def written(text: str) -> Row:
    """A text answer."""
    return {"answer_text": text}


def held(name: str, first: int, last: int = MANY_FRAMES - 1) -> Row:
    """A dynamic answer that ticks an option from one frame to another."""
    return {"option_feature_hash": name, "frame_start": first, "frame_end": last}


def add_shape_class(warehouse: Warehouse, feature_hash: str, shape: str) -> None:
    """An object class of another shape than a box."""
    insert(
        warehouse,
        "ontology_class",
        {
            "project_hash": "herd",
            "feature_hash": feature_hash,
            "kind": "object",
            "name": feature_hash.title(),
            "shape": shape,
            "is_global": False,
            "is_archived": False,
            "position": 20,
        },
    )

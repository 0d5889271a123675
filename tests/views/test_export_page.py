"""The export page's questions in SQL, on the synced sample project, answer what its scripts' logic does on the SDK."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pytest
from encord.objects import LabelRowV2

from tests.views import export_page
from tests.views.exported_sample import Exported

Row = tuple[Any, ...]

VIDEO = "barn-east-001.mp4"
CONSENSUS = "calving-pen-002.mp4"
WITH_PREDICTIONS = "barn-yard-003.mp4"
GROUP = "parlour, both cameras"


class Question(NamedTuple):
    """Which frames, titles and branches: as SQL, and as the scripts choose them."""

    sql: str
    row: Callable[[LabelRowV2], bool]
    frame: Callable[[int], bool]


def any_row(_row: LabelRowV2) -> bool:
    return True


def any_frame(_frame: int) -> bool:
    return True


def on_main(row: LabelRowV2) -> bool:
    return row.branch_name == "main"


QUESTIONS = {
    "one frame of one task": Question(
        f"data_title = '{VIDEO}' AND frame = 13", lambda row: row.data_title == VIDEO, lambda frame: frame == 13
    ),
    "frame range of one task": Question(
        f"data_title = '{VIDEO}' AND frame BETWEEN 10 AND 20",
        lambda row: row.data_title == VIDEO,
        lambda frame: 10 <= frame <= 20,
    ),
    "frame list of one task": Question(
        f"data_title = '{VIDEO}' AND frame IN (10, 20, 30, 40)",
        lambda row: row.data_title == VIDEO,
        lambda frame: frame in {10, 20, 30, 40},
    ),
    "frame range of all tasks": Question(
        "branch_name = 'main' AND frame BETWEEN 10 AND 20", on_main, lambda frame: 10 <= frame <= 20
    ),
    "frame list of all tasks and branches": Question(
        "frame IN (10, 20, 30, 40)", any_row, lambda frame: frame in {10, 20, 30, 40}
    ),
    "one branch": Question(
        f"data_title = '{WITH_PREDICTIONS}' AND branch_name = 'main'",
        lambda row: row.data_title == WITH_PREDICTIONS and on_main(row),
        any_frame,
    ),
    "all branches of a consensus task": Question(
        f"data_title = '{CONSENSUS}'", lambda row: row.data_title == CONSENSUS, any_frame
    ),
    "everything": Question("TRUE", any_row, any_frame),
}


def asked(exported: Exported, columns: str, view_name: str, condition: str) -> Counter[Row]:
    return Counter(exported.asked(f"SELECT {columns} FROM {view_name} WHERE {condition}"))


def told(exported: Exported, question: Question, script: Callable[[Iterable[LabelRowV2]], Iterator[Row]]) -> list[Row]:
    rows = [row for row in exported.rows if question.row(row)]
    return [told for told in script(rows) if question.frame(told[3])]


WHERE = "data_title, branch_name, space_id, frame, "


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_objects_on_frames(exported: Exported, question: Question) -> None:
    box = "CASE WHEN ontology_shape = 'bounding_box' THEN {} END"
    boxes = ", ".join(box.format(name) for name in ("x", "y", "width", "height"))
    columns = WHERE + "object_hash, object_name, feature_hash, object_uid, object_color, ontology_shape, " + boxes
    expected = told(exported, question, export_page.objects)
    assert expected
    assert asked(exported, columns, "object_on_frame", question.sql) == Counter(expected)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_classifications_on_frames(exported: Exported, question: Question) -> None:
    answer = "CASE WHEN answer_number IS NULL THEN classification_answer END, answer_number"
    columns = WHERE + f"classification_hash, classification_name, feature_hash, {answer}, classification_answer_hash"
    expected = [with_number(row, 7) for row in told(exported, question, export_page.classifications)]
    assert expected
    assert asked(exported, columns, "classification_on_frame", question.sql) == Counter(expected)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_attributes_on_frames(exported: Exported, question: Question) -> None:
    answer = "CASE WHEN answer_number IS NULL THEN attribute_answer END, answer_number"
    columns = WHERE + f"object_hash, attribute_name, attribute_feature_hash, {answer}, attribute_answer_feature_hash"
    expected = [with_number(row, 7) for row in told(exported, question, export_page.attributes)]
    assert expected
    condition = f"label_kind = 'object' AND ({question.sql})"
    assert asked(exported, columns, "attribute_on_frame", condition) == Counter(expected)


@pytest.mark.parametrize(
    "source", ["attribute_on_frame", "label_on_frame", f"labels_in_range('Meadowbrook dairy herd', '{GROUP}', 0, 39)"]
)
def test_a_dynamic_answer_that_names_no_part_holds_on_all_parts_of_its_object(
    exported: Exported, engine: str, source: str
) -> None:
    rows = [row for row in exported.rows if row.data_title == GROUP]
    expected = Counter((*told[2:6], told[7]) for told in export_page.attributes(rows) if told[5] == "Posture")
    assert {answer for *_, answer in expected} == {"Standing", "Lying"}
    assert len({space_id for space_id, *_ in expected}) == 2
    query = (
        f"SELECT space_id, frame, object_hash, attribute_name, attribute_answer FROM {source}"
        f" WHERE data_title = '{GROUP}' AND attribute_name = 'Posture'"
    )
    assert Counter(exported.asked(query, engine)) == expected


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_both_kinds_of_labels_on_frames(exported: Exported, question: Question) -> None:
    uid = "CASE WHEN label_kind = 'object' THEN uid END"
    columns = WHERE + f"object_hash, object_name, {uid}, classification_hash, classification_name"
    expected = {
        *((*row[:6], row[7], None, None) for row in told(exported, question, export_page.objects)),
        *((*row[:4], None, None, None, *row[4:6]) for row in told(exported, question, export_page.classifications)),
    }
    assert set(asked(exported, columns, "label_on_frame", question.sql)) == expected


def test_a_label_has_a_row_for_each_answer_and_one_if_it_has_none(exported: Exported) -> None:
    answered = "CASE WHEN attribute_feature_hash IS NULL THEN 'none' ELSE 'some' END"
    keys = WHERE + "label_hash, coalesce(object_hash, classification_hash)"
    answers = asked(exported, keys, "attribute_on_frame", "TRUE")
    rows = asked(exported, f"{keys}, {answered}", "label_on_frame", "TRUE")
    assert {key[:-1]: count for key, count in rows.items() if key[-1] == "some"} == answers
    without = [(key[:-1], count) for key, count in rows.items() if key[-1] == "none"]
    assert without
    assert all(count == 1 and key not in answers for key, count in without)


def with_number(row: Row, place: int) -> Row:
    """The answer at `place` as a text or, after it, as a number: how a number is written is the tables' own matter."""
    answer = row[place]
    is_number = isinstance(answer, int | float)
    return (*row[:place], None if is_number else answer, float(answer) if is_number else None, *row[place + 1 :])


def test_main_is_empty_until_consensus_is_reached(exported: Exported) -> None:
    condition = f"data_title = '{CONSENSUS}'"
    assert asked(exported, "object_hash", "object_on_frame", condition + " AND branch_name = 'main'") == Counter()
    branches = asked(exported, "branch_name", "object_on_frame", condition)
    assert len(branches) == 3

"""Consensus: what awaits a reviewer, who agrees with whom, which classes and questions are unclear."""

from collections.abc import Sequence

from markupsafe import Markup

from connector.report.asking import Asking, Column, Question, Row
from connector.report.contested import VIEWS as VIEWS_OF_FRAMES
from connector.report.contested import lines
from connector.report.shown import Part, figure

QUEUE = Question(
    "queue",
    "What awaits a reviewer",
    """
SELECT data_hash, reason, n, first_frame, worst_agreement, disagreement, waiting_since
FROM consensus_queue
WHERE project_hash = $project
ORDER BY disagreement DESC NULLS LAST, data_hash, reason
LIMIT 40
""",
    (
        Column("Data unit", "unit"),
        Column("Reason", "text"),
        Column("How many"),
        Column("First frame"),
        Column("Worst agreement", "share"),
        Column("Disagreement", "share", "bar"),
        Column("Since", "moment"),
    ),
    "Nothing that awaits a review is contested by vote.",
)

PAIRS = Question(
    "pairs",
    "Who agrees with whom",
    """
SELECT annotator, other_annotator, n_units, detection_f1, mean_iou, object_agreement, answer_agreement
FROM consensus_annotator_pair
WHERE project_hash = $project
ORDER BY annotator, other_annotator
LIMIT 200
""",
    (
        Column("Annotator", "person"),
        Column("Other", "person"),
        Column("Data units"),
        Column("Saw the same", "share", "shade"),
        Column("Drew it alike", "share", "shade"),
        Column("Objects", "share", "shade"),
        Column("Answers", "share", "shade"),
    ),
    "No two annotators have a data unit in common.",
    "Agreement on objects: more is better. It is the product of seeing the same objects and drawing them alike.",
)

PEOPLE = Question(
    "annotators",
    "Annotators",
    """
SELECT annotator, n_units, object_agreement, miss_rate, extra_rate, main_f1, with_majority_rate
FROM consensus_annotator
WHERE project_hash = $project
ORDER BY object_agreement DESC NULLS LAST, annotator
LIMIT 50
""",
    (
        Column("Annotator", "person"),
        Column("Data units"),
        Column("Agreement on objects", "share", "bar"),
        Column("Misses", "share", "bar"),
        Column("Extra", "share", "bar"),
        Column("Like main", "share", "bar"),
        Column("Answers with the majority", "share", "bar"),
    ),
    "Nobody has submitted a branch.",
)

CLASSES = Question(
    "contested-classes",
    "Classes",
    """
SELECT object_name, n_sides, object_agreement, missing_rate, confusion_rate, most_confused_with
FROM consensus_class
WHERE project_hash = $project
ORDER BY object_agreement NULLS LAST, object_name, feature_hash
LIMIT 50
""",
    (
        Column("Class", "text"),
        Column("Comparisons"),
        Column("Agreement", "share", "bar"),
        Column("Missing", "share", "bar"),
        Column("Taken for another", "share", "bar"),
        Column("Most often for", "text"),
    ),
    "Annotators have no object on frames to compare.",
    "Least agreement first.",
)

QUESTIONS = Question(
    "contested-questions",
    "Questions",
    """
SELECT question, n_items, mean_agreement, krippendorff_alpha, n_ties, coverage
FROM consensus_question
WHERE project_hash = $project
ORDER BY mean_agreement NULLS LAST, question, attribute_feature_hash
LIMIT 50
""",
    (
        Column("Question", "text"),
        Column("Items"),
        Column("Agreement", "share", "bar"),
        Column("Krippendorff's alpha", "share"),
        Column("Ties"),
        Column("Answered", "share", "bar"),
    ),
    "Annotators have no question to compare.",
    "Least agreement first. Alpha is 0 % where answers agree as chance would, and less where they agree less.",
)

VIEWS = (
    *("consensus_annotator", "consensus_annotator_pair", "consensus_class", "consensus_question", "consensus_queue"),
    *VIEWS_OF_FRAMES,
)
"""What is asked here."""


def consensus(ask: Asking, lead: str) -> Part:
    """Everything about agreement but the contested frames."""
    pairs = ask.rows(PAIRS)
    figures = [
        figure(QUEUE, ask.rows(QUEUE)),
        figure(PAIRS, pairs, "folded", _matrix(pairs)),
        *(figure(each, ask.rows(each)) for each in (PEOPLE, CLASSES, QUESTIONS)),
    ]
    return Part("consensus", "Consensus", lead, [*figures, lines(ask)])


def _matrix(pairs: Sequence[Row]) -> Markup:
    """Agreement on objects, or on answers where there are none, of everybody (down) with everybody else (across)."""
    people = list(dict.fromkeys(pair[0] for pair in pairs))[:_LARGEST]
    shares = {(pair[0], pair[1]): pair[6] if pair[5] is None else pair[5] for pair in pairs}
    head = Markup().join(Markup('<th scope="col" class="share">{}</th>').format(person) for person in people)
    rows = [
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            person, Markup().join(_shaded(shares.get((person, other))) for other in people)
        )
        for person in people
    ]
    return _TABLE.format(head=head, rows=Markup().join(rows))


_LARGEST = 12
_TABLE = Markup(
    '<div class="scroll" role="region" tabindex="0" aria-label="Matrix of agreement"><table data-question="matrix">'
    "<caption>Agreement on objects</caption><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
)


def _shaded(share: float | None) -> Markup:
    if share is None:
        return Markup("<td></td>")
    shade = 1 + min(8, int(9 * max(0.0, share)))
    return Markup('<td class="share h{}">{}</td>').format(shade, f"{100 * share:.0f} %")

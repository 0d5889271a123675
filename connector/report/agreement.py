"""Consensus: what awaits a reviewer, who agrees with whom, which classes and questions are unclear."""

from collections.abc import Sequence

from connector.report.asking import Asking, Column, Question
from connector.report.shown import Figure, Part, figure

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
LIMIT 400
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
    "More is better. Objects is the product of the two before.",
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


def consensus(ask: Asking, lead: str) -> Part:
    """Everything about agreement that is a table."""
    figures: Sequence[Figure] = [figure(each, ask.rows(each)) for each in (QUEUE, PAIRS, PEOPLE, CLASSES, QUESTIONS)]
    return Part("consensus", "Consensus", lead, figures)

"""What is labelled: classes."""

from connector.report.asking import Asking, Column, Question
from connector.report.shown import Part, figure

CLASSES = Question(
    "classes",
    "Classes of objects and classifications",
    """
SELECT class_name, class_kind, COALESCE(ontology_shape, ''), n_instances, n_data_units, n_on_frames
FROM class_balance
WHERE project_hash = $project
ORDER BY class_kind DESC, n_instances DESC, class_position
LIMIT 200
""",
    (
        Column("Class", "text"),
        Column("Kind", "text"),
        Column("Shape", "text"),
        Column("Instances", mark="bar"),
        Column("Data units"),
        Column("On frames", mark="bar"),
    ),
    "The ontology has no classes.",
    "Main branch only. Classes that nobody has used stand last.",
)


def class_balance(ask: Asking) -> Part:
    """How often each class is used."""
    return Part("balance", "Class balance", "", [figure(CLASSES, ask.rows(CLASSES))])

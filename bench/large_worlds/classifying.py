"""What the annotators of a generated consensus project say of a whole recording: the same questions, other answers."""

from connector.sample.farm.ontology_pieces import Json, OntologyNames, option_of
from connector.sample.world.clock import START
from connector.sample.world.label_pen import LabelPen, answered
from connector.sample.world.randomness import seeded_random


def classified_by(labels: Json, names: OntologyNames, number: int, frames: int, mark: str) -> Json:
    """Labels with the classifications of one annotator, changed in place.

    A radio with a nested one, a checklist, and a number: each annotator sees the change half-way a frame later, and the
    second of three another lamp, the third none.

    Args:
        labels: The label-row dict of a branch.
        names: Of the ontology.
        number: The annotator's, from 1.
        frames: Frames of the recording.
        mark: What starts every hash, to be replaced row by row.
    """
    pen = LabelPen(seeded_random("classifying", number), f"annotator-{number}@example.com", START)
    light, trouble, count = (names.question(title) for title in ("Barn light", "Camera trouble", "Cows in view"))
    change, last = min(frames // 2 + number, frames - 1), frames - 1
    lamp = option_of(light, "Artificial")["options"][0]
    by_night = (
        [answered(light, [option_of(light, "Dark")])]
        if number % 3 == 0
        else [answered(lamp, [lamp["options"][number % 2]]), answered(light, [option_of(light, "Artificial")])]
    )
    given = [
        ("Barn light", [answered(light, [option_of(light, "Daylight")])], [0, change - 1]),
        ("Barn light", by_night, [change, last]),
        ("Camera trouble", [answered(trouble, trouble["options"][: 1 + number % 3])], [0, last]),
        ("Cows in view", [answered(count, len(labels["object_answers"]) + number % 2)], [0, last]),
    ]
    for place, (title, answers, held) in enumerate(given):
        classification_hash = f"{mark}c{place:03d}"
        labels["classification_answers"][classification_hash] = pen.classified(
            names.item(title), classification_hash, answers, [held]
        )
    return labels

"""A branch of model predictions: a branch other than main need not be an annotator's."""

import copy
from datetime import timedelta

from connector.sample.farm.builder import FarmBuilder
from connector.sample.farm.ontology_pieces import Json
from connector.sample.world.data_units import blank_labels, mark_opened
from connector.sample.world.label_pen import LabelPen
from connector.sample.world.randomness import label_hash_like, seeded_random

BRANCH_NAME = "herd-detector-v2"
MODEL_ACCOUNT = "herd-detector@example.com"
FOUND_SHARE = 0.9


def add_predictions(builder: FarmBuilder, data_title: str) -> None:
    """Add the model's boxes for one video: most of those that people drew on main, slightly off, with a confidence.

    Raises:
        StopIteration: No video of this title was added before.
    """
    main = next(row for row in builder.rows if row.metadata["data_title"] == data_title)
    source = seeded_random(main.data_hash, BRANCH_NAME)
    entry = {**copy.deepcopy(main.metadata), "branch_name": BRANCH_NAME, "task_uuid": label_hash_like(source)}
    moment = builder.moment + timedelta(hours=3, microseconds=source.randrange(10**6))
    mark_opened(entry, label_hash_like(source), moment)
    entry["last_actioned_by_user_email"] = MODEL_ACCOUNT
    labels = blank_labels(entry)
    pen = LabelPen(source, MODEL_ACCOUNT, moment)
    signature = pen.signature()
    predicted: dict[str, Json] = {}
    for frame, blob in main.labels["data_units"][main.data_hash]["labels"].items():
        boxes = []
        for drawn in blob["objects"]:
            if drawn["shape"] != "bounding_box":
                continue
            if drawn["objectHash"] not in predicted:
                known = {"objectHash": pen.new_hash(), "confidence": round(source.uniform(0.55, 0.99), 3)}
                predicted[drawn["objectHash"]] = known
            if source.random() < FOUND_SHARE:
                box = {side: round(value + source.gauss(0, 0.004), 4) for side, value in drawn["boundingBox"].items()}
                boxes.append(
                    {
                        **drawn,
                        **signature,
                        **predicted[drawn["objectHash"]],
                        "boundingBox": box,
                        "manualAnnotation": False,
                    }
                )
        if boxes:
            labels["data_units"][main.data_hash]["labels"][frame] = {"objects": boxes, "classifications": []}
    for known in predicted.values():
        labels["object_answers"][known["objectHash"]] = {"objectHash": known["objectHash"], "classifications": []}
    main.pack()
    builder.keep(entry, labels)

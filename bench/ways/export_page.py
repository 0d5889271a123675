"""Baseline a: the "Export Labels" page's own way. The SDK's object model, its nested loops, no database at all.

The loops are those of "Export Objects, Classifications, and Attributes by Frame", over a range that takes in every
frame; what they print is collected in a list instead, and let go with its label rows. Answers that are not one option
are collected as they are, where the page's script would raise AttributeError.
"""

import json

from encord.objects import LabelRowV2, Option

from bench.ways import Job
from bench.ways.sdk_label_rows import label_rows

Line = tuple[object, ...]


def page_lines(label_row: LabelRowV2, start_frame_number: int, end_frame_number: int) -> tuple[list[Line], int]:
    """What the page's script prints of one label row, and how many of it are objects on frames."""
    lines: list[Line] = []
    annotations = 0
    for object_instance in label_row.get_object_instances():
        for annotation in object_instance.get_annotations():
            if start_frame_number <= annotation.frame <= end_frame_number:
                annotations += 1
                lines.append(
                    (
                        annotation.frame,
                        object_instance.object_hash,
                        object_instance.object_name,
                        object_instance.feature_hash,
                        object_instance.ontology_item.uid,
                        object_instance.ontology_item.color,
                        object_instance.ontology_item.shape,
                        annotation.coordinates,
                    )
                )
            lines.extend(  # once per annotation, as on the page
                (attribute.title, attribute.feature_node_hash, object_instance.get_answer(attribute))
                for attribute in object_instance.ontology_item.attributes
            )
    for classification_instance in label_row.get_classification_instances():
        for placed in classification_instance.get_annotations():
            if start_frame_number <= placed.frame <= end_frame_number:
                answer = classification_instance.get_answer()
                lines.append(
                    (
                        classification_instance.classification_hash,
                        classification_instance.classification_name,
                        classification_instance.feature_hash,
                        answer.value if isinstance(answer, Option) else answer,
                        answer.feature_node_hash if isinstance(answer, Option) else None,
                    )
                )
    return lines, annotations


def main() -> None:
    """Collect the lines of every label row, and print how many annotations there were."""
    annotations = 0
    for together in label_rows(Job.of_this_process()):
        for label_row in together:
            annotations += page_lines(label_row, 0, 10**9)[1]
    print(json.dumps({"annotations": annotations}))


if __name__ == "__main__":
    main()

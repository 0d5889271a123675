"""Less than any script needs: the SDK's object model filled, its annotations counted, nothing taken out of it."""

import json

from bench.ways import Job
from bench.ways.sdk_label_rows import label_rows


def main() -> None:
    """Fill the object model of every label row, and print how many annotations there were."""
    annotations = sum(
        len(instance.get_annotation_frames())
        for together in label_rows(Job.of_this_process())
        for label_row in together
        for instance in label_row.get_object_instances()
    )
    print(json.dumps({"annotations": annotations}))


if __name__ == "__main__":
    main()

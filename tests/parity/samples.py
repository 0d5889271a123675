"""The real label rows that lie beside the repository, where they do."""

import json
from pathlib import Path
from typing import Any, NamedTuple

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "encord-samples"


class Sample(NamedTuple):
    """One real label row.

    Attributes:
        name: Folder and file.
        entry: Its entry in the listing.
        labels: Its raw label-row dict.
        editor: Its project's ontology.
    """

    name: str
    entry: dict[str, Any]
    labels: dict[str, Any]
    editor: dict[str, Any]


def samples() -> list[Sample]:
    """Every sample that has labels, in the order of their names; none if the folder is absent."""
    found = []
    for path in sorted(SAMPLES.glob("*/rows/*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["labels"] is not None:
            ontology = json.loads((path.parents[1] / "ontology.json").read_text(encoding="utf-8"))
            found.append(
                Sample(f"{path.parents[1].name}/{path.stem}", row["metadata"], row["labels"], ontology["editor"])
            )
    return found

"""What the loading side has to know of an edit of the ontology: whose labels it made mean something else."""

from typing import Protocol


class OntologyMeaning(Protocol):
    """What an edit of the ontology did to the meaning of labels already stored (normalise.OntologyChange)."""

    @property
    def stale_classes(self) -> frozenset[str]:
        """feature_hash of classes whose instances must be fetched again."""

    @property
    def everything_is_stale(self) -> bool:
        """Whether any label row may be touched."""

    @property
    def is_changed(self) -> bool:
        """Whether anything changed at all: label rows with warnings are then looked at again."""

"""What the loading side must know about an edit of the ontology: which labels it gave another meaning."""

from typing import Protocol


class OntologyMeaning(Protocol):
    """How an edit of the ontology changed the meaning of stored labels (see `normalise.OntologyChange`)."""

    @property
    def stale_classes(self) -> frozenset[str]:
        """feature_hash of classes whose instances must be fetched again."""

    @property
    def everything_is_stale(self) -> bool:
        """Whether any label row may be affected."""

    @property
    def is_changed(self) -> bool:
        """Whether anything changed at all: then label rows with warnings are checked again."""

"""Loads a raw label row into the SDK's own object model, without a server."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, cast

from encord.client import EncordClientProject
from encord.http.v2.api_client import ApiClient
from encord.objects import LabelRowV2, OntologyStructure
from encord.objects.attributes import Attribute
from encord.objects.spaces.base_space import Space
from encord.ontology import Ontology
from encord.orm.label_row import LabelRowMetadata
from encord.orm.ontology import Ontology as OntologyRecord

AnySpace = Space[Any, Any, Any]
AnyAttribute = Attribute[Any]

NO_CLIENT = cast("EncordClientProject", None)
"""What the SDK itself passes for a row that is not connected (`LabelRowV2.from_media_metadata`)."""


def sdk_ontology(editor: Mapping[str, Any]) -> Ontology:
    """The SDK's ontology of a raw `editor` structure.

    Raises:
        TypeError: The structure has a shape or an answer type that this SDK does not know.
    """
    at = datetime(2024, 1, 1, tzinfo=UTC)
    record = OntologyRecord("Parity", OntologyStructure.from_dict(dict(editor)), "ontology-hash", at, at)
    return Ontology(record, cast("ApiClient", None))


def load_sdk_row(entry: Mapping[str, Any], labels: Mapping[str, Any], editor: Mapping[str, Any]) -> LabelRowV2:
    """The label row as the SDK reads it; works on copies, because the SDK writes into what it reads (trap 12).

    Args:
        entry: The row's entry in the listing.
        labels: Its raw label-row dict.
        editor: The `editor` structure of the ontology.

    Raises:
        Exception: Whatever the SDK raises for a row that its object model cannot hold.
    """
    metadata = LabelRowMetadata.from_dict(deepcopy(dict(entry)))
    row = LabelRowV2(metadata, NO_CLIENT, sdk_ontology(editor))
    row.from_labels_dict(deepcopy(dict(labels)))
    return row

"""The SDK's own object model of a raw label row: what the tables are compared with."""

import copy
from datetime import UTC, datetime
from typing import Any, cast

from encord.client import EncordClientProject
from encord.http.v2.api_client import ApiClient
from encord.objects import LabelRowV2, Object, OntologyStructure
from encord.objects.attributes import Attribute
from encord.ontology import Ontology
from encord.orm.label_row import LabelRowMetadata
from encord.orm.ontology import Ontology as OntologyRecord

from tests.normalise.rows import Json, listing_entry


def load(editor: Json, labels: Json, entry: Json | None = None) -> LabelRowV2:
    """Load copies of a listing entry and a raw label row; raises whatever the SDK raises on a row it cannot hold."""
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    structure = OntologyStructure.from_dict(editor)
    record = OntologyRecord("an ontology", structure, "ontology-hash", moment, moment)
    listed = listing_entry(labels["data_type"]) if entry is None else entry
    row = LabelRowV2(
        LabelRowMetadata.from_dict(copy.deepcopy(listed)),
        cast("EncordClientProject", None),
        Ontology(record, cast("ApiClient", None)),
    )
    row.from_labels_dict(copy.deepcopy(labels))
    return row


def attribute_of(row: LabelRowV2, feature_hash: str) -> Attribute[Any]:
    """An attribute of the row's ontology."""
    return row.ontology_structure.get_child_by_hash(feature_hash, type_=Attribute)


def class_of(row: LabelRowV2, feature_hash: str) -> Object:
    """An object class of the row's ontology."""
    return row.ontology_structure.get_child_by_hash(feature_hash, type_=Object)

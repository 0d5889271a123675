"""Pure: raw listing entries, label rows and ontologies → Arrow tables. No I/O, no SDK, no SQL.

Times are UTC; what Encord does not give is NULL, never invented. `NORMALISER_VERSION` grows whenever the same label
row would come to different rows, so that a sync fetches it again.
"""

from connector.normalise.bundle import NormalisedBundle, normalise_in_parts, normalise_label_rows
from connector.normalise.consensus_tasks import (
    ConsensusStage,
    consensus_branches,
    consensus_stages,
    has_consensus_stages,
)
from connector.normalise.listing import Listing, normalise_listing
from connector.normalise.listing_entries import label_row_id
from connector.normalise.listing_parts import ListingParts
from connector.normalise.ontology import Ontology
from connector.normalise.ontology_changes import OntologyChange, ontology_change
from connector.normalise.project import project_tables
from connector.normalise.task_actions import TASK_COLUMNS, task_action_digest, task_actions

NORMALISER_VERSION = 2
"""The version of the rules; label_row.normaliser_version."""

__all__ = [
    "NORMALISER_VERSION",
    "TASK_COLUMNS",
    "ConsensusStage",
    "Listing",
    "ListingParts",
    "NormalisedBundle",
    "Ontology",
    "OntologyChange",
    "consensus_branches",
    "consensus_stages",
    "has_consensus_stages",
    "label_row_id",
    "normalise_in_parts",
    "normalise_label_rows",
    "normalise_listing",
    "ontology_change",
    "project_tables",
    "task_action_digest",
    "task_actions",
]

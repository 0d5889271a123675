"""The project as tests hold it: its state and all edits."""

from connector.sample.world.label_edits import LabelEdits
from connector.sample.world.ontology_edits import OntologyEdits
from connector.sample.world.workflow_edits import WorkflowEdits


class SampleProject(LabelEdits, OntologyEdits, WorkflowEdits):
    """One project on the fake server; every method that changes something takes the world's lock."""

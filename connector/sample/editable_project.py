"""The project as tests hold it: its state and all edits."""

from connector.sample.label_edits import LabelEdits
from connector.sample.ontology_edits import OntologyEdits
from connector.sample.workflow_edits import WorkflowEdits


class SampleProject(LabelEdits, OntologyEdits, WorkflowEdits):
    """One project on the fake server; every method that changes something takes the world's lock."""

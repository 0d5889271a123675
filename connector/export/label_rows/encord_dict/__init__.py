"""Pure: a label row's rows in the tables → the dict that `LabelRowV2.to_encord_dict()` of the Encord SDK writes.

The inverse of `normalise`. No I/O, no SDK, no SQL; Arrow tables in, plain dicts out.
"""

from connector.export.label_rows.encord_dict.label_row_dict import LabelRowTables, label_row_dict
from connector.export.label_rows.encord_dict.ontology_names import OntologyNames
from connector.export.label_rows.encord_dict.ontology_structure import ontology_structure

__all__ = ["LabelRowTables", "OntologyNames", "label_row_dict", "ontology_structure"]

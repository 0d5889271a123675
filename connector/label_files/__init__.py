"""Label rows that lie in files: what `to_encord_dict()` of Encord's SDK wrote, read into the warehouse without the API.

Beside the pipeline: `label_row_file` takes files apart, `file_entries` says what the listing would, `known_rows` what
the warehouse holds already, and `file_loader` brings the rest in the way that a sync does.
"""

"""Reads label rows from files, as `to_encord_dict()` of Encord's SDK writes them, into the warehouse without the API.

`label_row_file` takes files apart, `file_entries` says what the listing would say, `known_rows` knows what the
warehouse holds already, and `file_loader` brings the rest in, in the same way as a sync.
"""

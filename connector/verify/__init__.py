"""Verifying: does the warehouse hold what Encord holds now? Reads both again, compares, names every difference.

`row_comparison` compares two Arrow tables by key; `label_rows` one bundle of label rows; `listing` what the listing
says; `project` one whole project, top to bottom; `findings` counts and tells what was found.
"""

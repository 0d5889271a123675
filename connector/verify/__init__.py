"""Verifies that the warehouse holds what Encord holds now: reads both again, compares, and names every difference.

`row_comparison` compares two Arrow tables by key, `compared_label_rows` one bundle of label rows, `compared_listing`
what the listing says, and `verified_project` one whole project, from top to bottom; `findings` counts and reports what
was found.
"""

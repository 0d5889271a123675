"""Pure: raw listing entries, label rows and ontologies → Arrow tables. No I/O, no SDK, no SQL.

Times are UTC; what Encord does not give is NULL, never invented. `NORMALISER_VERSION` grows whenever the same label
row would give different rows, so that a sync fetches it again.
"""

NORMALISER_VERSION = 2
"""The version of the rules, kept in label_row.normaliser_version."""

"""The report: one HTML page about a project, made from the warehouse's views alone.

Each part asks questions in SQL (`asking`), and shows the rows as a table and, where that says more, a drawing.
"""

"""Reads the files of `sql/`: the views, and what the columns of views and tables mean."""

from connector.sql_files.column_texts import ColumnTexts, column_texts
from connector.sql_files.view_files import ViewFile, shipped_view, view_files

__all__ = ["ColumnTexts", "ViewFile", "column_texts", "shipped_view", "view_files"]

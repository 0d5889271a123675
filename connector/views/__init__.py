"""Installs, lists and describes the views and functions of `sql/`, in order, and again when a file changed."""

from connector.views.installation import InstalledView, install, installed_views, remove
from connector.views.table_functions import TableFunction, table_functions

__all__ = [
    "InstalledView",
    "TableFunction",
    "install",
    "installed_views",
    "remove",
    "table_functions",
]

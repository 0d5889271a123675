"""The views and functions of `sql/`: installed in order, again when a file changed, listed with their grain."""

from connector.views.installation import InstalledView, install, installed_views, remove
from connector.views.table_functions import TableFunction, table_functions
from connector.views.view_files import ViewFile, view_files

__all__ = [
    "InstalledView",
    "TableFunction",
    "ViewFile",
    "install",
    "installed_views",
    "remove",
    "table_functions",
    "view_files",
]

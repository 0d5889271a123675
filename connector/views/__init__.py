"""The views and functions of `sql/`: installed in order, again when a file changed, listed and described."""

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

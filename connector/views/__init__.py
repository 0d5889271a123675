"""The views of `sql/`: installed in their declared order, again when a file changed, listed with their grain."""

from connector.views.installation import InstalledView, install, installed_views, remove
from connector.views.view_files import ViewFile, view_files

__all__ = ["InstalledView", "ViewFile", "install", "installed_views", "remove", "view_files"]

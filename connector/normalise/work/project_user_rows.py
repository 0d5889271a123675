"""Who is on a project → rows of project_user."""

from connector.normalise.work.work_entries import Entry, Rows


def project_user_rows(project_hash: str, user: Entry) -> Rows:
    """One row."""
    yield "project_user", (project_hash, user.text("userEmail"), user.role_or_none("userRole"))

"""What `export coco` is asked for, and which project and label rows of the warehouse it means."""

from collections import Counter
from dataclasses import dataclass

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import Session
from connector.load.questions.coco_consensus import ConsensusLabelRows, consensus_label_rows
from connector.load.questions.coco_rows import branch_names, label_rows, projects


@dataclass(frozen=True, slots=True)
class CocoWanted:
    """What to export.

    Attributes:
        project_hash: the project; may be left out if the warehouse has only one.
        branch: the branch; None for the consensus.
        where: SQL condition over current_label_row that selects label rows (main rows for a consensus).
        image_format: the ending of the names of video frames.
        never_crowd: whether run lengths are marked iscrowd 0 too.
        as_of: the moment whose labels are wanted: a time, or the name of a mark; None for the present.
    """

    project_hash: str | None = None
    branch: str | None = "main"
    where: str = "TRUE"
    image_format: str = "jpg"
    never_crowd: bool = False
    as_of: str | None = None


def chosen_project(session: Session, project_hash: str | None) -> tuple[str, str]:
    """Hash and title of the one project to export.

    Raises:
        ConnectorError: CONFIGURATION, if there is no such project, or none is named and there are several.
    """
    found = projects(session)
    if project_hash is not None:
        found = [project for project in found if project[0] == project_hash]
        if not found:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"The warehouse has no project {project_hash}.",
                remedy="`encord-sync status` lists those that it has.",
            )
    if len(found) != 1:
        listed = "; ".join(f"{title} ({name})" for name, title in found[:10])
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse has {len(found)} projects{': ' if found else ''}{listed}.",
            remedy="A COCO file has the categories of one ontology: name one with --project HASH."
            if found
            else "Sync one first.",
        )
    return found[0]


def chosen_label_rows(session: Session, project_hash: str, wanted: CocoWanted, condition: str) -> ConsensusLabelRows:
    """The label rows of the branch, or of the consensus; call it in a transaction.

    Raises:
        ConnectorError: CONFIGURATION, if there is no such branch, or the condition cannot be used.
    """
    if wanted.branch is None:
        return consensus_label_rows(session, project_hash, condition)
    branches = branch_names(session, project_hash)
    if wanted.branch not in branches:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"No label row of project {project_hash} is on branch {wanted.branch}.",
            remedy=f"It has {', '.join(branches[:20]) or 'none'}{' …' if len(branches) > 20 else ''}.",
        )
    return ConsensusLabelRows(label_rows(session, project_hash, wanted.branch, condition), set(), Counter())

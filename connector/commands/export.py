"""`encord-sync export …`: writes files from the warehouse alone; Encord is not asked. Each command has a module."""

import click

from connector.commands.export_coco import export_coco
from connector.commands.export_frames import export_frames
from connector.commands.export_json import export_json


@click.group(short_help="Write labels to files, from the warehouse alone.")
def export() -> None:
    """Write labels to files, from the warehouse alone: no key is needed, and Encord is not asked."""


export.add_command(export_coco)
export.add_command(export_frames)
export.add_command(export_json)

"""Copies for readers: nobody else can open the warehouse's DuckDB file during a sync, but a published copy is free.

A copy holds one finished run. It is made next to its place and moved there in one step, so a reader sees the old copy
or the new one, and keeps the one that it has open.
"""

from connector.load.publish.publication import Format, Publication, publish, publish_target
from connector.load.publish.target import PublishTarget

__all__ = ["Format", "Publication", "PublishTarget", "publish", "publish_target"]

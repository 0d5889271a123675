"""Copies for readers: while a sync has the warehouse's DuckDB file open, nobody else can; a published copy is free.

A copy holds one finished run. It is made beside its place and put there in one step, so a reader sees the old one or
the new one, and keeps the one that it has open.
"""

from connector.load.publish.publication import Format, Publication, publish, publish_target
from connector.load.publish.target import PublishTarget

__all__ = ["Format", "Publication", "PublishTarget", "publish", "publish_target"]

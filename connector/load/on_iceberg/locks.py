"""The locks of a run on a lake: none on the whole, a lease on the project that it works on."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.warehouse import Warehouse
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_iceberg.lease import Lease
from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.on_iceberg.warehouse import LakeWarehouse


class LakeLocks:
    """The `SyncLocks` of one run on a lake."""

    left_by: LockHolder | None = None
    """Never known: each project has a lease of its own."""

    def __init__(self, location: LakeLocation, holder: LockHolder, share: Share = WHOLE) -> None:
        self._location = location
        self._holder = holder
        self._share = share
        self._writer: LakeWarehouse | None = None

    def write_with(self, warehouse: Warehouse) -> None:
        """Names the warehouse that commits what was written at the end of each project."""
        self._writer = warehouse if isinstance(warehouse, LakeWarehouse) else None

    def schema(self) -> AbstractContextManager[None]:
        """Nothing: the catalog lets only one process make a table."""
        return nullcontext()

    @contextmanager
    def project(self, project_hash: str) -> Iterator[None]:
        """Holds the lease of a project, or of a share; does not wait. The end of the block commits what it wrote."""
        lake = open_lake_for_reading(self._location) if self._writer is None else self._writer.lake
        lease = Lease(lake, project_hash, self._holder, self._share)
        lease.take()
        try:
            with nullcontext() if self._writer is None else self._writer.working_on(project_hash, lease, self._share):
                yield
        finally:
            lease.give_back()

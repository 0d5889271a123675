"""Importing of Encord's SDK what a sync uses, its transport, and the rest only if somebody asks for it.

`import encord` imports the SDK's whole object model, of which a sync uses nothing: 0.35 of the 1.3 s that a scheduled
run without news takes, and 13 MB. So in the command's process the package's own `__init__` waits until it is needed.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_PACKAGE = "encord"
_TRANSPORT = "encord.http.utils"
"""Imports all of the transport, in an order that its modules, which import each other in a circle, bear."""


class SdkTransportFinder(MetaPathFinder):
    """Finds the package `encord` for a loader that leaves out its `__init__` at first; nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of the package, as Python finds it, with the other loader; None for every other name."""
        if fullname != _PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _TransportLoader(spec.loader)
        return spec


class _TransportLoader(Loader):
    """Imports the transport beneath a package whose `__init__` runs when a name that it defines is asked for."""

    def __init__(self, whole: Loader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        """Import the transport; or the whole package, if that does not work with this release of it."""
        try:
            import_module(_TRANSPORT)
        except ImportError:
            for name in [name for name in sys.modules if name.startswith(f"{_PACKAGE}.")]:
                del sys.modules[name]
            self._whole.exec_module(module)
            return

        def found_in_the_whole(name: str) -> object:
            # Looked for by the import system and by inspection, and not there in the whole package either.
            if name.startswith("__") and name != "__version__":
                raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
            del module.__dict__["__getattr__"]
            self._whole.exec_module(module)
            return getattr(module, name)

        module.__dict__["__getattr__"] = found_in_the_whole

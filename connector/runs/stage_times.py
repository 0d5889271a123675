"""Where the time of a sync goes, stage by stage: wall seconds, and CPU seconds of the thread that runs the stages."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

FETCH = "fetch"
"""The stage in which the loading thread waits for label rows; requests run meanwhile, in threads of their own. Stage
`normalise` is reading in this thread, and waiting for the other processes that read."""

_LOADING = (FETCH, "normalise", "write")


class StageTimes:
    """Adds up the time of stages, which may come more than once, and one inside another.

    Attributes:
        wall: wall seconds by stage, in the order in which stages began; the time of a stage within another counts for
            the inner one only.
        cpu: CPU seconds of the calling thread by stage, counted in the same way. The rest of the wall seconds was spent
            waiting: for answers, for the disk, or for other threads, such as those of DuckDB.
        reading_process: CPU seconds of the other processes that read label rows.
    """

    def __init__(self) -> None:
        """Begin with no stage, and note how much CPU time the process has taken so far."""
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.reading_process = 0.0
        self._inner: list[tuple[float, float]] = []
        self._begun = time.perf_counter(), time.process_time(), time.thread_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        self.wall.setdefault(name, 0.0)
        self.cpu.setdefault(name, 0.0)
        self._inner.append((0.0, 0.0))
        wall_begun, cpu_begun = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            wall, cpu = time.perf_counter() - wall_begun, time.thread_time() - cpu_begun
            inner_wall, inner_cpu = self._inner.pop()
            self.wall[name] += wall - inner_wall
            self.cpu[name] += cpu - inner_cpu
            if self._inner:
                outer_wall, outer_cpu = self._inner[-1]
                self._inner[-1] = (outer_wall + wall, outer_cpu + cpu)

    def facts(self) -> dict[str, Any]:
        """The times as JSON values: `stages`, `wall_seconds` in all, and the CPU seconds of what ran meanwhile."""
        wall_begun, process_begun, thread_begun = self._begun
        of_others = time.process_time() - process_begun - (time.thread_time() - thread_begun)
        return {
            "wall_seconds": round(time.perf_counter() - wall_begun, 3),
            "other_threads_cpu_seconds": round(max(0.0, of_others), 3),
            "reading_process_cpu_seconds": round(self.reading_process, 3),
            "stages": {
                name: {"wall_seconds": round(wall, 3), "cpu_seconds": round(self.cpu[name], 3)}
                for name, wall in self.wall.items()
            },
        }


def profile_lines(title: str, facts: Mapping[str, Any]) -> list[str]:
    """The facts as the lines of a table: a heading, one line per stage, and in the last line what limits the sync."""
    total = max(facts["wall_seconds"], 0.001)
    lines = [f"{title}: {'stage':<12}{'wall s':>9}{'share':>8}{'CPU s':>9}"]
    indent = " " * (len(title) + 2)
    for name, spent in facts["stages"].items():
        share = spent["wall_seconds"] / total
        lines.append(f"{indent}{name:<12}{spent['wall_seconds']:>9.2f}{share:>8.0%}{spent['cpu_seconds']:>9.2f}")
    rest = max(0.0, total - sum(spent["wall_seconds"] for spent in facts["stages"].values()))
    lines.append(f"{indent}{'other':<12}{rest:>9.2f}{rest / total:>8.0%}")
    lines.append(f"{indent}CPU of other threads (requests, DuckDB): {facts['other_threads_cpu_seconds']:.2f} s")
    if facts["reading_process_cpu_seconds"]:
        lines.append(f"{indent}CPU of the other processes that read: {facts['reading_process_cpu_seconds']:.2f} s")
    if bound := _bound(facts["stages"], total):
        lines.append(f"{indent}{bound}")
    return lines


def _bound(stages: Mapping[str, Mapping[str, float]], total: float) -> str:
    """What would make the sync faster, if one thing stands out."""
    spent = {name: stages[name]["wall_seconds"] for name in _LOADING if name in stages}
    loading = sum(spent.values())
    if loading < total / 2:
        return ""
    if spent.get(FETCH, 0.0) > loading / 2:
        return "Bound by Encord's answers: more --requests-in-flight may help, while Encord and the line keep up."
    slowest = max(spent, key=lambda name: spent[name])
    what = "the warehouse or the disk" if slowest == "write" else "this machine's CPU"
    return f"Bound by {what}, most of all in {slowest}; answers were there before they were needed."

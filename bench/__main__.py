"""The whole bench: every question after the other, each in a process of its own. `make bench` calls this.

    python -m bench             # about half an hour on two quiet cores
    python -m bench --quick     # small sizes, once each: whether everything runs
    python -m bench --full      # 10 million annotations, 100,000 label rows: an hour or more

Results go to bench/results; `make docs` puts them into the README. A question's own options: python -m bench.NAME -h
"""

import subprocess
import sys

QUESTIONS = ("first_sync", "second_sync", "growth", "queries", "consensus_views", "consensus_units", "lake", "history")


def main() -> None:
    """Run every question with the options of this command, and end with 1 if one failed."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return
    failed = []
    for question in QUESTIONS:
        print(f"\n== {question}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{question}", *sys.argv[1:]], check=False).returncode:
            failed.append(question)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

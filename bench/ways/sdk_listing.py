"""The bare listing call of the SDK: the least that has to be asked to know that nothing changed."""

import json
from pathlib import Path

from encord.user_client import EncordUserClient

from bench.ways import Job


def main() -> None:
    """List every label row of every branch, and print how many there are."""
    job = Job.of_this_process()
    client = EncordUserClient.create_with_ssh_private_key(Path(job.key_file).read_text(), domain=job.domain)
    listed = client.get_project(job.project).list_label_rows_v2(include_all_label_branches=True)
    print(json.dumps({"label_rows": len(listed)}))


if __name__ == "__main__":
    main()

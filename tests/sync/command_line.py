"""Runs the installed command `encord-sync` as a user does, and never lets a secret pass in what it prints."""

import os
from dataclasses import dataclass
from pathlib import Path

from connector.sample import SampleServer, SampleWorld
from tests.forked_command import COMMAND, run_command
from tests.source.world import image_world

__all__ = ["COMMAND", "CommandLine", "Printed", "secretive_world"]

LABEL_TEXT = "limps on the left hind leg"
SIGNATURE = "5ec2e7f00d"
PASSPHRASE = "correct horse battery staple"
TITLE = "gate-photograph-of-cow"


@dataclass(frozen=True)
class Printed:
    exit_code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err

    @property
    def is_traceback(self) -> bool:
        return "Traceback (most recent call last)" in self.all


def secretive_world(rows: int = 4) -> SampleWorld:
    """Images whose labels hold a remark, and whose links are signed."""
    world = image_world(rows, note=LABEL_TEXT)
    link = f"https://storage.example.com/image.jpg?X-Amz-Signature={SIGNATURE}"
    for row in world.projects[world.project_hash].rows.values():
        row.metadata["data_link"] = link
        for unit in row.labels["data_units"].values():
            unit["data_link"] = link
        row.forget()
    return world


class CommandLine:
    """The command, with a key file, a server and a warehouse file in `folder`, where it also runs."""

    def __init__(self, server: SampleServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.file = folder / "labels.duckdb"
        self.key_file = folder / "key"
        self.key_file.write_text(server.world.private_key)
        self.key_file.chmod(0o600)
        self.environment: dict[str, str] = {}
        self.secrets = [LABEL_TEXT, SIGNATURE, PASSPHRASE, *self._parts_of(server.world.private_key)]

    @staticmethod
    def _parts_of(key_text: str) -> list[str]:
        return [line for line in key_text.splitlines() if line and not line.startswith("-----")]

    def is_secret(self, key_text: str) -> str:
        """Watch out for one more key; returns it."""
        self.secrets += self._parts_of(key_text)
        return key_text

    def sync(self, *flags: object, file_blocks: int | None = None, **options: object) -> Printed:
        """Run `encord-sync sync` with the usual options, other values in their place, and further flags.

        Args:
            *flags: flags without a value, or whatever else stands on the command line.
            file_blocks: the size that no file may outgrow, in blocks of 512 bytes, as on a full disk.
            **options: options with a value; None leaves the usual one out.
        """
        usual: dict[str, object] = {
            "ssh_key_file": self.key_file,
            "domain": self.server.domain,
            "project": self.server.world.project_hash,
            "warehouse": f"duckdb:///{self.file}",
            "retry_attempts": 1,
        }
        given = [
            f"--{name.replace('_', '-')}={value}" for name, value in {**usual, **options}.items() if value is not None
        ]
        return self.run("sync", *given, *map(str, flags), file_blocks=file_blocks)

    def run(self, *arguments: str, file_blocks: int | None = None) -> Printed:
        """Run `encord-sync` with these arguments; what it prints must hold no secret."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ENCORD_")}
        ended = run_command(arguments, self.folder, {**inherited, **self.environment}, file_blocks=file_blocks)
        printed = Printed(ended.exit_code, ended.out, ended.err)
        for secret in self.secrets:
            assert secret not in printed.all
        return printed

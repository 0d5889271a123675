"""The exit codes, as the help of each command shows them."""

EXIT_CODES = """\b
Exit codes:
   0  all well
   2  configuration: an option, the key file or the configuration file
   3  authentication or permission
   4  Encord cannot be reached
   5  the warehouse's schema is older or newer than this release
   6  the warehouse cannot be opened or written
   7  finished, but some label rows failed (encord-sync status names them)
   8  another process holds the warehouse
  75  stopped by a signal after a clean commit
"""


def exit_codes_with(code: int, meaning: str) -> str:
    """The exit codes of a command for which one of them has a meaning of its own."""
    return "\n".join(
        f"{code:4}  {meaning}" if line.startswith(f"{code:4} ") else line for line in EXIT_CODES.split("\n")
    )

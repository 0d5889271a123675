"""What stands behind the commands of `connector.cli`, one module a command; `sync` itself is `connector.run`."""

"""The commands: `cli` is the group and the error boundary, and each command has a module named after it."""

"""Consensus: whose branch is whose, the views over it, and references that they are measured by."""

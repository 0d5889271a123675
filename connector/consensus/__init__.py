"""The rule of consensus: which objects of several branches are one thing. Pure; docs/consensus-figures.md explains it."""

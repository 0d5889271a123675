"""The rule of consensus: which objects of several branches are one thing. Pure; see docs/consensus-figures.md."""

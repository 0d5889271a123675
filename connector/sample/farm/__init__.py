"""The sample project: a dairy herd, labelled by a small team."""

"""Measurements, run by hand: what speed and memory the README states, and how to measure them again."""

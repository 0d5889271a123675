"""Kills, signals, faults and random histories, made on purpose: no row may be lost, doubled or left over."""

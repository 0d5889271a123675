"""Tests of `export frames`: real videos made here, real warehouses, pixels looked at."""

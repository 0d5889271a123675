"""Tests of `encord-sync load`: label rows from files, and what a later sync makes of them."""

"""Tests of `encord-sync export json`: what it writes means the same to the SDK as what was synced."""

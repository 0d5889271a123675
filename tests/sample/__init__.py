"""Tests of the fake Encord server and the sample project, through the real SDK."""

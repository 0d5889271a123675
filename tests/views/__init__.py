"""Tests of the views: what they say of hand-made tables, and of the sample project against the SDK's object model."""

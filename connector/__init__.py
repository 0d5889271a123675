"""encord-sync: incremental sync of Encord labels into normalised SQL tables and views."""

__version__ = "0.1.0"

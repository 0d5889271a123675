"""Makes files from the warehouse alone. Not part of a sync: it reads through `load`, and never asks Encord."""

"""Files made from the warehouse alone. Beside the pipeline: reads through `load`, and never asks Encord."""

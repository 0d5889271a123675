"""The commands that write labels to files, from the warehouse alone."""

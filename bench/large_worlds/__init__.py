"""Many label rows for benches: as many, as long and of the shape one likes, cheap to make and to serve."""

"""`export coco`."""

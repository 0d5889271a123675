"""Tests of `export coco`: against the SDK's own exporter, and against pycocotools."""

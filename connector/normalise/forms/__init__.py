"""What Encord's JSON should look like, and messages about where it does not."""

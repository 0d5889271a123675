"""What Encord's JSON should look like, and words for where it does not."""

"""What the fake server knows: projects, label rows, people, and the edits that they make."""

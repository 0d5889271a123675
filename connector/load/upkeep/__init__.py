"""What changes stored rows as a whole, and not as Encord's labels change: alike on all engines."""

"""The work itself, as Encord's analytics and issues tell it, → rows."""

"""All that knows shapes. Pure. A new shape is this room, its drawing, and one golden file."""

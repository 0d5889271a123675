"""How a process of this program is set up, and how it is asked to stop."""

"""Published copies: what they hold, how they are replaced, and that readers never notice."""

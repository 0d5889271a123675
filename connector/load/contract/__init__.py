"""What a warehouse is on every engine: the contract, sessions, statements, and its location."""

"""What a warehouse is, whatever the engine: the contract, sessions, statements, and where it lies."""

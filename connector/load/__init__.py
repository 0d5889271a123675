"""Tables, engines, the replace transaction, state and runs: everything that writes to the warehouse."""

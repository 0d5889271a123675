"""What every command that holds a warehouse needs: the lock, patience, the receipt, what is told."""

"""What every command that holds a warehouse needs: its lock, waiting for it, the receipt and the report."""

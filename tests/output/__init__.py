"""What the command prints, whatever it is given and wherever it goes: hostile text, failing streams, odd encodings."""

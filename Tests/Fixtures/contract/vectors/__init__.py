"""What the second implementation is asked for: cases, shipped and drawn experiments; and checks of it."""

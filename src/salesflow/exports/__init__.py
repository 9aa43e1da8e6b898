"""What other programs read: event logs for process mining."""

"""What adapters that keep rows share: what is looked up of each document, and a unit of work over rows."""

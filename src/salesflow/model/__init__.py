"""What there is: frozen documents and values."""

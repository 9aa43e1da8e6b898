"""What happens: one module per document, with its rules and its commands."""

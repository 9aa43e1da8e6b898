"""What is owed: invoices, summaries and payments."""

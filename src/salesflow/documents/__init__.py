"""What goes to the customer: electronic documents. Each module needs the extra that its name says."""

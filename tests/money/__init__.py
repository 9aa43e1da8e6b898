"""Money of the whole document: charges, VAT in the prices, deposits, reversals and payments."""

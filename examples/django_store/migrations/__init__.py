"""As ``makemigrations`` writes them."""

"""BIO data and its scores, and the way between words, pieces and entities."""

"""A pre-trained run and BIO data to a tagger with its scores."""

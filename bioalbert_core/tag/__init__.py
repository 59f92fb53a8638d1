"""Raw text files to entities: the last stage."""

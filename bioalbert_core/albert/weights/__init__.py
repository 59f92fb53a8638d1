"""Weights on disk: the kit's own folders, and those of other programs, in and out."""

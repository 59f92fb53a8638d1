"""Models of other programs, in and out: a file for each format, and a row in `formats.FORMATS`."""

"""Two BIO files to scores: strict and other ones, intervals, kinds of error, calibration."""

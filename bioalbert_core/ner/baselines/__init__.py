"""Taggers to compare with: a dictionary of the training mentions, and a BiLSTM-CRF."""

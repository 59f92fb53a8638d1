"""Instances and a model to a pre-trained run: LAMB, its schedule, and the training loop."""

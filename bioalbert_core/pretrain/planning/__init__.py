"""What a run of pre-training would take, before it begins."""

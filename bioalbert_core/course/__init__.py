"""What the notebooks need beside the library: set-up, checks of exercises."""

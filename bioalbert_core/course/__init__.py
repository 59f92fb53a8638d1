"""What the notebooks need besides the library: setup, and checks of exercises."""

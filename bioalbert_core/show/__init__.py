"""Results to HTML: pure functions, and thin widgets around them."""

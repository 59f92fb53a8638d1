"""Text to tokens and back to the text: the only room that normalizes."""

from bioalbert_core.tokenizer.tokenizer import Encoding, Tokenizer

__all__ = ["Encoding", "Tokenizer"]

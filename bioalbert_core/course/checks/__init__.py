"""Checks for the exercises: each reports success or gives a hint, and never reveals the answer.

A check takes the learner's function, tries it, and prints one line, even if the function fails.
"""

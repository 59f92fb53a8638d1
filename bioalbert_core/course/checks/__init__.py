"""Checks for the exercises: each tells success, or what is probably wrong, and never the answer.

A check takes the learner's function, tries it, and prints one line. Whatever the function does,
also raising an error, ends in words.
"""

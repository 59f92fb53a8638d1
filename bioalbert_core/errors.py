"""The one exception that a user is meant to see."""


class UserError(Exception):
    """Something that the person at the keyboard can mend.

    Its text is one line of the form ``place: what is wrong; what to do``. Commands print it and
    leave with exit code 2; notebooks show the same words.

    >>> raise UserError("notes.txt: the file is empty; give a file with text")
    Traceback (most recent call last):
    ...
    bioalbert_core.errors.UserError: notes.txt: the file is empty; give a file with text
    """

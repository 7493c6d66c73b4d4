"""Errors that a user can mend; the command line prints them as one line."""


class TrainingError(Exception):
    """A fault in what was given (file, setting, machine). The text names it and says what to do."""

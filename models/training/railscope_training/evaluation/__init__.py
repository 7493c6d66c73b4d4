"""Evaluation: pure functions on arrays, and the command that applies them to masks, models and data sets."""

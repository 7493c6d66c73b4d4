"""Readers of data sets, one per published or own layout."""

"""Prepared data: the file, its rows and columns, and how they are divided."""

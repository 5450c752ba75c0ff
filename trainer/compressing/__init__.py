"""A compress run: stages that make a model smaller, and the table of what each came to."""

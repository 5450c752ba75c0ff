"""A PyTorch training library with its own command line; it knows no web server and no database."""

"""What the command line shows and leaves behind."""

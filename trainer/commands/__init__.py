"""Subcommands of ``python -m trainer``: one file each, found by listing this folder.

The docstring's first line is the help; ``arguments(parser)`` adds what it takes; ``run(arguments) -> int`` does it and
gives the exit code: 0 done, 1 it failed, 2 what was asked for is wrong, 130 interrupted. A TrainerError is printed as
one sentence (exit code 2).
"""

INTERRUPTED = 130

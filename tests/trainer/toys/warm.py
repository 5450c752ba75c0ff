"""A warm process that knows the toys: ``python -m tests.trainer.toys.warm``."""

import tests.trainer.toys.install  # noqa: F401 - before the listings are read
from trainer.attempt import warm

if __name__ == "__main__":
    warm.main()

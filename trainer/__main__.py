"""``python -m trainer COMMAND``: training, compressing and exporting without a web server."""

import argparse
import importlib
import pkgutil
import sys
from types import ModuleType

from trainer import commands
from trainer.attempt import interrupts
from trainer.errors import TrainerError


def listing() -> dict[str, ModuleType]:
    """All subcommands by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(commands.__path__))
    return {name: importlib.import_module(f"trainer.commands.{name}") for name in names}


def main(words: list[str] | None = None) -> int:
    try:
        with interrupts.remembered():
            return _run(words)
    except TrainerError as error:
        return _say(str(error), 2)
    except OSError as error:
        return _say(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), 2)
    except KeyboardInterrupt:
        return _say("\nInterrupted. The same command begins again.", commands.INTERRUPTED)


def _run(words: list[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m trainer", description="Train, compress and export models.")
    choices = parser.add_subparsers(dest="command", required=True)
    modules = listing()
    for name, module in modules.items():
        text = (module.__doc__ or "").strip()
        module.arguments(
            choices.add_parser(
                name,
                help=text.partition("\n")[0],
                description=text,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )
    arguments = parser.parse_args(words)
    code: int = modules[arguments.command].run(arguments)
    return code


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())

"""What an import says of angles."""

from trainer.importing.sentences import Sentence

SUFFIX = "°"
SENTENCES: dict[str, Sentence] = {
    "turns": ("warning", "“%(column)s” has angles beyond a whole turn.", "Take away whole turns.")
}
LOOKED_FOR = {"turns": "Angles beyond a whole turn."}

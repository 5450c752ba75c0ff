"""Puts the toys into the listings: imported before anything reads these."""

from pathlib import Path

import trainer.columns
import trainer.encoders
import trainer.tasks

HERE = Path(__file__).parent
trainer.columns.__path__.append(str(HERE / "columns"))
trainer.encoders.__path__.append(str(HERE / "encoders"))
trainer.tasks.__path__.append(str(HERE / "tasks"))

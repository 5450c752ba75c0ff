"""Our side of P15: one epoch by our loop for each line that arrives, in a process as a rank has it. Answers with its
processor seconds.
"""

import sys
import time
from pathlib import Path

from trainer.attempt.journal import Journal
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.specs.train import TrainSpec
from trainer.training import loop, parallel
from trainer.training.setting import Setting


def main(prepared: str, fields: str, folder: str) -> None:
    ranks = parallel.join(["cpu:0"], threads=1)
    spec = TrainSpec.model_validate_json(fields)
    data = tokenizing.tokenize(spec.tokenizers, rows.read(spec, Prepared.open(prepared)))
    journal = Journal(Path(folder) / "journal")
    for _ in sys.stdin:
        ranks.seed(spec.seed)
        setting = Setting(spec, package.module(rows.configure(spec, data)), data, ranks, journal)
        start = time.process_time()
        loop.fit(setting)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The report of a training, from the test rows."""

from collections.abc import Iterator, Sequence

from trainer.data.prepared import Array
from trainer.data.rows import Rows
from trainer.report import Block, Report, Scalar
from trainer.sentences import gettext_noop as _
from trainer.specs.train import TrainSpec
from trainer.training import by_length, cleaning_report, worst_rows
from trainer.training.checkpoint import Progress
from trainer.training.scoring import predict
from trainer.training.setting import Setting


def judge(setting: Setting, progress: Progress, initial: Sequence[Scalar] = ()) -> Report:
    """The report; ``initial`` are numbers of what the training began with. The test rows are read here, once, by the
    model as it is published (float32).
    """
    data, task, part = setting.data, setting.data.task, setting.data.parts.test
    setting.model.float()
    judged = predict(setting, part).numpy()
    truth = data.targets[part]
    decisions, severity, losses = judged[:, :-2], judged[:, -2], judged[:, -1]
    decisions = decisions.reshape(truth.shape).astype(task.decision_type)
    headline, scalars, blocks = task.report(decisions, truth)
    return Report(
        headline=headline.name,
        blocks=(*blocks, *(_of_rows(data, decisions, severity, losses) if setting.ranks.first else ())),
        scalars=(
            headline,
            *scalars,
            Scalar(name="test/loss", label=_("Test loss"), value=float(losses.mean()), better="lower", shown=False),
            Scalar(name="test/rows", label=_("Test rows"), value=len(part)),
            *initial,
            *_of_data(setting.spec, data),
            *_of_training(setting, progress),
        ),
    )


def _of_rows(data: Rows, decisions: Array, severity: Array, losses: Array) -> Iterator[Block]:
    """What only the rank that writes needs: how well rows of each length are answered, which ones worst, and what
    cleaning did.
    """
    part = data.parts.test
    yield from by_length.tables(data, part, decisions, losses)
    yield worst_rows.samples(data, part, decisions, severity)
    yield from cleaning_report.table(data)


def _of_data(spec: TrainSpec, data: Rows) -> Iterator[Scalar]:
    """How much of the batches was padding, and what each step of cleaning did."""
    useful = data.batches(spec.batch_size, spec.seed).useful()
    if useful is not None:
        label = _("How full the batches are")
        yield Scalar(name="useful", label=label, value=useful, unit="share", better="higher")
    for (name, label), count in data.cleaned.items():
        yield Scalar(name=name, label=label, value=count, shown=False)  # the table of them is


def _of_training(setting: Setting, progress: Progress) -> Iterator[Scalar]:
    parameters = sum(parameter.numel() for parameter in setting.model.network.parameters())
    yield Scalar(name="best_epoch", label=_("Best epoch"), value=progress.best_epoch, of=setting.spec.epochs)
    yield Scalar(name="parameters", label=_("Parameters"), value=parameters)
    yield Scalar(name="seconds", label=_("Training time"), value=progress.seconds, unit="seconds")
    for name, value in progress.best_scores.items():
        yield Scalar(name=f"validation/{name}", label="", value=value, shown=False)

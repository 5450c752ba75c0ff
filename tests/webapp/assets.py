"""Assets of real files, inspected by the trainer within the test as a worker has it inspected."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from trainer.asset import AssetProfile
from trainer.catalog import listing
from trainer.errors import TrainerError
from trainer.importing.asset_preparation import file_of, prepare
from trainer.specs.inspect_asset import InspectAssetSpec
from trainer.specs.parsing import parse
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.assets import services
from webapp.assets.models import Asset
from webapp.datasets.models import Upload
from webapp.runs import states
from webapp.runs.models import Run, State
from webapp.runs.states import Reason
from worker import publish

VECTORS = listing("assets")["word_vectors"].module.examples()[0]["vectors.vec"]
TOKENIZER = listing("assets")["tokenizer_json"].module.examples()[0]["tokenizer.json"]


def uploaded(owner: User, content: bytes = VECTORS, name: str = "english.vec") -> Upload:
    """An upload that is whole."""
    artifact = store.put(BytesIO(content))
    return Upload.objects.create(
        owner=owner,
        name=name,
        length=artifact.size,
        offset=artifact.size,
        state=Upload.State.COMPLETE,
        sha256=artifact.sha256,
        artifact=artifact,
    )


def made(owner: User, content: bytes = VECTORS, name: str = "english.vec") -> Asset:
    """An asset that is still to be inspected."""
    (asset,) = services.create(owner=owner, uploads=[uploaded(owner, content, name).pk])
    return asset


def ready(owner: User, content: bytes = VECTORS, name: str = "english.vec") -> Asset:
    """An asset that was inspected."""
    asset = made(owner, content, name)
    inspect(asset)
    return asset


def inspect(asset: Asset) -> None:
    """Do what the asset's inspection is to do, and record it as the worker does."""
    run = asset.inspection
    assert run is not None
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING, attempt=1)
    spec = parse(run.spec)
    assert isinstance(spec, InspectAssetSpec)
    upload = run.edges.get(direction=Edge.Direction.INPUT, role="upload")
    with TemporaryDirectory() as folder:
        out = Path(folder)
        try:
            profile = prepare(store.local_path(upload.artifact_id), spec.file, out)
        except TrainerError as error:
            states.move(run.pk, State.FAILED, reason=Reason(error.code, error.message, error.params))
            asset.refresh_from_db()
            return
        _publish(run, profile, out)
    states.move(run.pk, State.SUCCEEDED)
    Asset.objects.filter(inspection=run).update(state=Asset.State.READY)
    asset.refresh_from_db()


def _publish(run: Run, profile: AssetProfile, out: Path) -> None:
    for role, name in (("prepared", file_of(profile)), ("profile", "profile.json")):
        artifact = store.put(out / name)
        Edge.objects.create(run=run, artifact=artifact, direction=Edge.Direction.OUTPUT, role=role, name=name)
        publish._asset_part(Asset.objects.filter(inspection=run), role, artifact)

"""The one door of the API: who is asking, and whether they may see what the address names, before anything
else is read.
"""

from django.http import HttpRequest

from webapp.accounts.access import visible
from webapp.accounts.authentication import authenticate
from webapp.accounts.models import User
from webapp.artifacts.models import Edge
from webapp.assets.models import Asset
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.http.problems import not_found
from webapp.runs.export_files import EXPORT
from webapp.runs.models import Kind, Run


def authorize(request: HttpRequest) -> User:
    """The person behind ``request``. Raises Problem 401 or 403, and 404 for an address of what they may not see."""
    user = authenticate(request)
    match = request.resolver_match
    for name, identifier in (match.kwargs if match else {}).items():
        runs = visible(Run.objects.all(), user)
        mine = {  # each gap that an address of the API may have; a new one fails here until it says whose it is
            "run_id": runs,
            "preview_id": runs.filter(kind=Kind.PREVIEW),
            "dataset_id": visible(Dataset.objects.all(), user),
            "version_id": DatasetVersion.objects.filter(dataset__in=visible(Dataset.objects.all(), user)),
            "asset_id": visible(Asset.objects.all(), user),
            "export_id": Edge.objects.filter(EXPORT, run__in=runs),
        }[name]
        if not mine.filter(pk=identifier).exists():
            raise not_found()
    return user

"""The API as a whole: its routers, who gets in, and what becomes of errors."""

import logging
from typing import Any

import pydantic
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from trainer.errors import TrainerError
from webapp import away, refusals
from webapp.api import (
    answers,
    assets,
    datasets,
    description,
    machines,
    previews,
    results,
    runs,
    schemas,
    uploads,
    versions,
)
from webapp.api.authorization import authorize
from webapp.artifacts.store import ArtifactError
from webapp.assets.services import AssetError
from webapp.datasets.services import DatasetError
from webapp.http.problems import Problem, failure, not_found
from webapp.http.strict_json import Renderer, StrictParser, read
from webapp.refusals import FieldError
from webapp.runs.services import IllegalCommand

log = logging.getLogger(__name__)

api = NinjaAPI(
    title="Trainyard",
    version="1",
    urls_namespace="api",
    openapi_url="",
    docs_url="",
    auth=[authorize],
    parser=StrictParser(),
    renderer=Renderer(),
    description="Upload, train, compress, export and download. Send a token as “Authorization: Bearer …”. Errors are "
    "problem documents (RFC 9457). Every POST that makes something takes an Idempotency-Key.",
)
api.add_router("/datasets", datasets.router)
api.add_router("/datasets", versions.router)
api.add_router("/assets", assets.router)
api.add_router("/runs", runs.router)
api.add_router("/runs", answers.router)
api.add_router("/previews", previews.router)
api.add_router("", results.router)
api.add_router("", machines.router)

_PROBLEM = schemas.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
CONFLICTS = frozenset({"data_not_ready", "no_model"})


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return error.response()


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return not_found().response()


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Problem):  # ninja wraps what a parser raises
        return error.__cause__.response()
    return Problem(error.status_code, str(error)).response()


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the shape of the request; the first step of a place says in which part of the request."""
    details = [{**item, "loc": item["loc"][2 if item["loc"][0] == "body" else 1 :]} for item in error.errors]
    return _wrong(refusals.from_details(details, _data_of(request)))


def _data_of(request: HttpRequest) -> Any:
    if request.method in ("POST", "PATCH", "PUT"):
        return read(request.body) if request.body else None
    return request.GET.dict()


@api.exception_handler(pydantic.ValidationError)
def _invalid_spec(request: HttpRequest, error: pydantic.ValidationError) -> HttpResponse:
    """What is wrong in a spec. Its fields are named as in the spec, whose place in the request is no matter."""
    body = read(request.body)
    spec = body.get("spec", body) if isinstance(body, dict) else body
    return _wrong(refusals.from_pydantic(error, spec))


@api.exception_handler(TrainerError)
def _unfit(request: HttpRequest, error: TrainerError) -> HttpResponse:
    mistake = refusals.from_trainer(error)
    if error.code == "too_many_runs":
        return Problem(429, mistake.message).response()
    if error.code in CONFLICTS:
        return Problem(409, mistake.message, [mistake]).response()
    return _wrong([mistake])


@api.exception_handler(DatasetError)
def _dataset(request: HttpRequest, error: DatasetError) -> HttpResponse:
    if not error.field:
        return Problem(409, str(error)).response()
    return _wrong([FieldError(error.field, str(error))])


@api.exception_handler(AssetError)
def _asset(request: HttpRequest, error: AssetError) -> HttpResponse:
    if not error.field:
        return Problem(409, str(error)).response()
    return _wrong([FieldError(error.field, str(error))])


@api.exception_handler(IllegalCommand)
def _conflict(request: HttpRequest, error: IllegalCommand) -> HttpResponse:
    return Problem(409, str(error)).response()


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return Problem(413, _("This request is too large. Send data sets as uploads.")).response()


@api.exception_handler(UnreadablePostError)
def _cut(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return Problem(400, _("The request was cut off. Send it again.")).response()


@api.exception_handler(ArtifactError)
def _unreadable(request: HttpRequest, error: ArtifactError) -> HttpResponse:
    log.error("%s", error)
    return Problem(500, str(error)).response()


@api.exception_handler(Exception)
def _ours(request: HttpRequest, error: Exception) -> HttpResponse:
    return (away.problem(error) or failure(request.path, error)).response()


def _wrong(errors: list[FieldError]) -> HttpResponse:
    first = errors[0]
    return Problem(422, f"{first.field}: {first.message}" if first.field else first.message, errors).response()


@api.get("/openapi.json", include_in_schema=False)
def openapi(request: HttpRequest) -> dict[str, Any]:
    """Everything but the uploads comes from the code of the routes; those are spoken outside Django."""
    schema = description.complete(api.get_openapi_schema(path_prefix="/api/v1/"), _PROBLEM)
    return {**schema, "paths": {**schema["paths"], **uploads.PATHS}}

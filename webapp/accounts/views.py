"""Signing in, by link and by password, and the account page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts import browsers, links, people, throttle, tokens
from webapp.accounts.access import visible
from webapp.accounts.forms import FirstUseForm, PasswordForm, SignInForm, TokenForm
from webapp.accounts.models import ApiToken, SignInLink, User
from webapp.idempotency import form_keys

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Sign in by name and password."""
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(_next(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        place = _place(request, name)
        if not throttle.allowed(*place):
            form.add_error(
                None, _("Too many tries. Wait 15 minutes, or sign in by a link: “manage.py signin” prints one.")
            )
            status = 429
        elif user := authenticate(request, username=name, password=form.cleaned_data["password"]):
            assert isinstance(user, User)
            throttle.succeeded(*place)
            return _let_in(request, user, _next(request))
        else:
            form.add_error(
                None, _("Name or password is wrong. Try again, or sign in by a link: “manage.py signin” prints one.")
            )
    return render(request, "accounts/signin.html", {"form": form, "next": request.GET.get("next", "")}, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A link that signs in once. Looking at it changes nothing, so that a preview of the address does not use it up."""
    signin_link = links.find(token)
    if signin_link is None:
        return _spent(request)
    first_use = signin_link.user is None or not signin_link.user.has_usable_password()
    form = FirstUseForm(request.POST or None, initial={"name": _name(signin_link)}) if first_use else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return _enter(request, token, form)
        except people.SpentLinkError:
            return _spent(request)
        except ValidationError as error:
            assert form is not None
            form.add_error(None, error)
    return render(request, "accounts/link.html", {"form": form, "person": _name(signin_link)})


def _enter(request: HttpRequest, token: str, form: Form | None) -> HttpResponseRedirect:
    if form is None:
        user = people.sign_in_by(token)
    else:
        user = people.set_up_by(token, form.cleaned_data["name"], form.cleaned_data["password"])
    return _let_in(request, user, "/")


def _let_in(request: HttpRequest, user: User, target: str) -> HttpResponseRedirect:
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect(target)
    browsers.remember(response, user)
    return response


def _place(request: HttpRequest, name: str) -> tuple[str, str, str | None]:
    """Whose password is tried, and from where: the name, the address, and the mark of a browser that is known
    for this name."""
    return name, request.META.get("REMOTE_ADDR", ""), browsers.mark(request, name)


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/spent.html", status=410)


def _name(signin_link: SignInLink) -> str:
    return signin_link.user.get_username() if signin_link.user else ""


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:signin")


@require_POST
def signout_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of this person, this one too."""
    people.sign_out_everywhere(_person(request))
    logout(request)
    messages.success(request, _("You are signed out in all browsers."))
    return redirect("accounts:signin")


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; the other sessions of this person end, this one goes on under a new key."""
    if request.method != "POST":  # what it answered is looked at again, by Enter in the address bar
        return redirect("accounts:account")
    user = _person(request)
    place = _place(request, user.username)
    if not throttle.allowed(*place):
        messages.error(request, _("Too many tries. Wait 15 minutes."))
        return redirect("accounts:account")
    form = PasswordForm(user, request.POST)
    if form.is_valid():
        try:
            people.change_password(user, form.cleaned_data["new"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            throttle.succeeded(*place)
            update_session_auth_hash(request, user)
            messages.success(request, _("The password is changed. You are signed out everywhere else."))
            response = redirect("accounts:account")
            browsers.remember(response, user)
            return response
    return _account(request, password_form=form, status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it in this very answer: it is kept nowhere."""
    if request.method != "POST":
        return redirect("accounts:account")
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account(request, token_form=form, status=422)
    secrets: list[str] = []

    def make() -> UUID:
        token, secret = tokens.create(_person(request), form.cleaned_data["name"])
        secrets.append(secret)
        return token.pk

    token = form_keys.once(request, _person(request), make)
    if not secrets:
        messages.warning(
            request,
            _(
                "This token was made already, and its secret is shown only once. If you did not "
                "see it, revoke the token and make a new one."
            ),
        )
        return redirect("accounts:account")
    return _account(request, new_token=ApiToken.objects.get(pk=token), secret=secrets[0])


@require_POST
def revoke_token(request: HttpRequest, token: UUID) -> HttpResponse:
    api_token = get_object_or_404(visible(ApiToken.objects.all(), _person(request)), pk=token)
    if tokens.revoke(api_token):
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": api_token.name})
    return redirect("accounts:account")


def _account(
    request: HttpRequest,
    *,
    password_form: PasswordForm | None = None,
    token_form: TokenForm | None = None,
    new_token: ApiToken | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    user = _person(request)
    context = {
        "password_form": password_form or PasswordForm(user),
        "token_form": token_form or TokenForm(),
        "tokens": visible(ApiToken.objects.filter(revoked=None).order_by("-created"), user),
        "new_token": new_token,
        "secret": secret,
    }
    return render(request, "accounts/account.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the middleware lets nobody else through
    return request.user


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: the page that was asked for, if it is one of ours."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own and address.startswith("/") else "/"

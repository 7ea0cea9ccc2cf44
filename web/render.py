"""Templates to answers: Jinja2 with autoescape, compiled once at start, texts through gettext."""

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import RingdeskError
from web import i18n, look
from web.keys import SERVICES, TEMPLATES, USER

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Compiled(jinja2.FileSystemBytecodeCache):
    """Templates as they were compiled at an earlier start: a second of work the next time. They stand beside Python's
    own compiled files, where it may write those; elsewhere every start compiles."""

    def __init__(self) -> None:
        made_by = hashlib.sha256(jinja2.__version__.encode() + Path(__file__).read_bytes()).hexdigest()[:8]
        super().__init__(str(HERE / "__pycache__"), f"template-{made_by}-%s.cache")

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep it, where that is possible."""
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


@cache
def build_environment(folder: Path = HERE / "templates") -> jinja2.Environment:
    """All templates, compiled now: no page reads the disk later, and a broken template is found at start.

    Reads the disk: call it in a thread where a loop runs.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        cache_size=-1,
        bytecode_cache=Compiled(),
    )
    environment.globals |= {"static_url": static_url, "Permission": Permission}
    look.install(environment)
    static_root()
    _read_catalogues()
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)
    return environment


def _read_catalogues() -> None:
    for language in {i18n.DEFAULT, *i18n.languages()}:
        with i18n.use(language):
            i18n.gettext("Sign in")
            i18n.direction(language)


def render(
    request: web.Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> web.Response:
    """The page or part `template` with `context`, for the person who asks."""
    return web.Response(
        text=render_text(request, template, **context), status=status, headers=headers, content_type="text/html"
    )


async def render_long(request: web.Request, template: str, **context: Any) -> web.Response:
    """`render` for a page that may have thousands of lines: made in a thread, so that no card waits for it."""
    with reading(request):
        shown = page_context(request) | context
        text = await asyncio.to_thread(request.app[TEMPLATES].get_template(template).render, shown)
    return web.Response(text=text, content_type="text/html")


def render_text(request: web.Request, template: str, **context: Any) -> str:
    """The text of `template`; it sees what `page_context` gives besides."""
    with reading(request):
        return request.app[TEMPLATES].get_template(template).render(page_context(request) | context)


def page_context(request: web.Request) -> dict[str, Any]:
    """What every template sees: request, user, locale, config, and `may(permission)`."""
    user, house, language = request.get(USER), request.app[SERVICES], i18n.reader().language
    return {
        "request": request,
        "user": user,
        "locale": language,
        "direction": i18n.direction(language),
        "config": house.config,
        "on_call": house.presences.on_call(user) if user else "",
        "dials": house.control is not None and user is not None and bool(user.extensions),
        "may": lambda permission: user is not None and user.may(Permission(permission)),
    }


def reading(request: web.Request) -> AbstractContextManager[None]:
    """Texts made inside are for the person who asks: the user's language and zone, else the site's."""
    user, site = request.get(USER), request.app[SERVICES].config.site
    language = (user.locale if user else "") or site.locale
    return i18n.use(language, (user.timezone if user else "") or site.timezone)


def translate(request: web.Request, message: str) -> str:
    """`message` (an English text of the catalogue) in the asker's language."""
    with reading(request):
        return i18n.gettext(message)


def static_url(path: str) -> str:
    """The address of a file under `static/`. It changes when any of the files does.

    The mark stands in the path, so that what a style sheet or a module names relatively has it too.
    """
    return f"{static_root()}/{path}"


@cache
def static_root() -> str:
    """Where the static files are, as they stand now; browsers keep what is below for good."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return f"/static/v-{digest.hexdigest()[:12]}"


def in_words(request: web.Request, error: RingdeskError) -> str:
    """What `error` says, in the asker's language."""
    with reading(request):
        return error.in_words(i18n.gettext)

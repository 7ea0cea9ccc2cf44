"""Numbers, mail addresses and the photo of a customer."""

import asyncio
from collections.abc import Collection

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.photos import MAX_BYTES
from screenpop.errors import BadInput
from web.customers import pages
from web.forms import back_to, errors_of, read_form
from web.keys import services, user_of
from web.security import requires

FOR_EVER = "private, max-age=31536000, immutable"


@requires(Permission.EDIT_CUSTOMERS)
async def add_number(request: web.Request) -> web.StreamResponse:
    """Add a number; a wrong one is told beside its field. `primary` puts it first (what undo needs)."""
    form = await read_form(request)
    customers, raw, user = services(request).customers, form.get("number", ""), user_of(request)
    key = services(request).numbers.parse(raw).key
    try:
        _refuse_known(key, [each.key for each in (await customers.get(_id(request))).numbers])
        customer = await customers.add_number(_id(request), raw, form.get("kind", ""), user.id)
    except BadInput as error:
        return await _again(request, error, form, "number")
    added = next((each for each in customer.numbers if each.key == key), None)
    if form.get("primary") and added and not added.primary:
        await customers.set_primary_number(customer.id, added.id, user.id)
    raise back_to(f"/customers/{customer.id}#numbers")


@requires(Permission.EDIT_CUSTOMERS)
async def remove_number(request: web.Request) -> web.StreamResponse:
    """Take a number away."""
    number = request.match_info["number"]
    customer = await services(request).customers.remove_number(_id(request), number, user_of(request).id)
    raise back_to(f"/customers/{customer.id}#numbers")


@requires(Permission.EDIT_CUSTOMERS)
async def set_primary(request: web.Request) -> web.StreamResponse:
    """Show this number first."""
    number = request.match_info["number"]
    customer = await services(request).customers.set_primary_number(_id(request), number, user_of(request).id)
    raise back_to(f"/customers/{customer.id}#numbers")


@requires(Permission.EDIT_CUSTOMERS)
async def add_mail(request: web.Request) -> web.StreamResponse:
    """Add a mail address; a wrong one is told beside its field."""
    form, customers = await read_form(request), services(request).customers
    mail = form.get("mail", "")
    try:
        _refuse_known(mail.strip().casefold(), [each.address for each in (await customers.get(_id(request))).mails])
        customer = await customers.add_mail(_id(request), mail, user_of(request).id)
    except BadInput as error:
        return await _again(request, error, form, "mail")
    raise back_to(f"/customers/{customer.id}#numbers")


@requires(Permission.EDIT_CUSTOMERS)
async def remove_mail(request: web.Request) -> web.StreamResponse:
    """Take a mail address away."""
    mail = request.match_info["mail"]
    customer = await services(request).customers.remove_mail(_id(request), mail, user_of(request).id)
    raise back_to(f"/customers/{customer.id}#numbers")


@requires(Permission.EDIT_CUSTOMERS)
async def set_photo(request: web.Request) -> web.StreamResponse:
    """Keep the picture as it was sent; what is wrong with it is told beside the field."""
    try:
        data = await _uploaded(request)
        customer = await services(request).customers.set_photo(_id(request), data, user_of(request).id)
    except BadInput as error:
        return await _again(request, error, {}, "photo")
    raise back_to(f"/customers/{customer.id}")


@requires(Permission.EDIT_CUSTOMERS)
async def remove_photo(request: web.Request) -> web.StreamResponse:
    """Take the picture away."""
    customer = await services(request).customers.remove_photo(_id(request), user_of(request).id)
    raise back_to(f"/customers/{customer.id}")


@requires(Permission.SEE_CUSTOMERS)
async def photo(request: web.Request) -> web.StreamResponse:
    """The picture byte for byte as it was uploaded (CALL-24)."""
    found = await services(request).customers.picture(request.match_info["hash"])
    return web.FileResponse(found.path, headers={"Content-Type": found.mime, "Cache-Control": FOR_EVER})


@requires(Permission.SEE_CUSTOMERS)
async def thumb(request: web.Request) -> web.StreamResponse:
    """A small one for lists."""
    found = await services(request).customers.picture(request.match_info["hash"], "thumb")
    return web.FileResponse(found.path, headers={"Content-Type": found.mime, "Cache-Control": FOR_EVER})


def _refuse_known(value: str, has: Collection[str]) -> None:
    """Raises BadInput where the customer has this already: saying that it was added would not be true."""
    if value and value in has:
        raise BadInput("This customer has it already.")


def _id(request: web.Request) -> str:
    return request.match_info["id"]


async def _again(request: web.Request, error: BadInput, form: dict[str, str], field: str) -> web.Response:
    """The page with the words beside `field`, whatever the error calls it."""
    customer = await services(request).customers.get(_id(request))
    words = next(iter(errors_of(request, error).values()))
    return await pages.page(request, customer, {field: words}, form, status=422)


async def _uploaded(request: web.Request) -> bytes:
    """The bytes of the file. Raises BadInput where there is none or it is too large."""
    try:
        sent = (await request.post()).get("photo")
    except web.HTTPRequestEntityTooLarge as error:
        raise BadInput("The photo is larger than 10 MB.", "photo") from error
    data = await asyncio.to_thread(sent.file.read, MAX_BYTES + 1) if isinstance(sent, web.FileField) else b""
    if not data:
        raise BadInput("Choose a photo first.", "photo")
    return data

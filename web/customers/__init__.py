"""The customers in the panel: list, page, orders, merge, pictures, and what scripts ask."""

from aiohttp import web

from web.customers import api, contacts, lists, merge, orders, pages


def routes() -> list[web.RouteDef]:
    """Every address about customers; fixed names before those with an id in their place."""
    return [
        web.get("/customers", lists.everybody),
        web.get("/customers/new", pages.new_form),
        web.post("/customers/new", pages.create),
        web.get("/customers/{id}", pages.show),
        web.get("/customers/{id}/edit", pages.edit_form),
        web.post("/customers/{id}/edit", pages.edit),
        web.post("/customers/{id}/numbers", contacts.add_number),
        web.post("/customers/{id}/numbers/{number}/remove", contacts.remove_number),
        web.post("/customers/{id}/numbers/{number}/primary", contacts.set_primary),
        web.post("/customers/{id}/mails", contacts.add_mail),
        web.post("/customers/{id}/mails/{mail}/remove", contacts.remove_mail),
        web.post("/customers/{id}/photo", contacts.set_photo),
        web.post("/customers/{id}/photo/remove", contacts.remove_photo),
        web.get("/photos/{hash}", contacts.photo),
        web.get("/photos/{hash}/thumb", contacts.thumb),
        web.get("/customers/{id}/orders/new", orders.new_form),
        web.post("/customers/{id}/orders/new", orders.create),
        web.get("/orders/{order}", orders.edit_form),
        web.post("/orders/{order}", orders.edit),
        web.post("/orders/{order}/open", orders.set_open),
        web.post("/orders/{order}/remove", orders.remove),
        web.get("/customers/{id}/merge", merge.choose),
        web.post("/customers/{id}/merge", merge.merge),
        *api.routes(),
    ]

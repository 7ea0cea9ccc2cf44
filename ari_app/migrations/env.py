"""Run by Alembic; the connection comes from `ari_app.migrate`."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from ari_app.migrate import CONNECTION
from screenpop.store.sqlite import is_shadow
from screenpop.store.tables import UtcTime, metadata


def _is_ours(name: str | None, type_: str, _: object) -> bool:
    return not (type_ == "table" and is_shadow(name))


def _render(type_: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Scripts stand alone: they name the column type beneath ours."""
    return "sa.DateTime(timezone=True)" if type_ == "type" and isinstance(item, UtcTime) else False


def _run() -> None:
    context.configure(
        connection=context.config.attributes[CONNECTION],
        target_metadata=metadata,
        include_name=_is_ours,
        render_item=_render,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()

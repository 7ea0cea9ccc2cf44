"""All that `ringdesk check` looks at, in the order it is shown."""

import asyncio
from pathlib import Path

from ari_app.check import Finding
from ari_app.check_ami import MANAGER_CONF, check_session, refusal, session
from ari_app.check_ari import check_ari
from ari_app.check_host import (
    check_archive,
    check_country,
    check_data_dir,
    check_database,
    check_file,
    check_ports,
    check_recordings,
)
from ari_app.check_mail import check_mail
from screenpop.config import Config
from screenpop.errors import PbxError


class Check:
    """`screenpop.pbx.PbxCheck`: the same, for the panel of a service that runs."""

    def __init__(self, config: Config) -> None:
        self._config = config

    async def look(self) -> list[Finding]:
        """Every finding now."""
        return await check(self._config)


async def check(config: Config, path: Path | None = None, manager_conf: Path = MANAGER_CONF) -> list[Finding]:
    """Every finding about this configuration (`path` is its file); changes nothing."""
    return [
        *([check_file(path)] if path else []),
        *await check_pbx(config, manager_conf),
        check_country(config.site.country),
        check_data_dir(Path(config.server.data_dir)),
        await asyncio.to_thread(check_database, Path(config.server.data_dir)),
        check_recordings(config.recordings, config.ari.enabled),
        await asyncio.to_thread(check_archive, config),
        *await check_ports(config),
        *await check_mail(config.mail),
    ]


async def check_pbx(config: Config, manager_conf: Path = MANAGER_CONF) -> list[Finding]:
    """Everything about AMI and ARI."""
    if config.demo.manager_conf:
        manager_conf = Path(config.demo.manager_conf)
    try:
        async with session(config.ami) as pbx:
            return [*await check_session(config.ami, pbx, manager_conf), *await check_ari(config.ari, pbx)]
    except PbxError as error:
        return [refusal(config.ami, error), *await check_ari(config.ari, None)]

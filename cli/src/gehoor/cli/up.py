"""`gehoor up` and `gehoor down`: the whole house on this machine, in one folder."""

import asyncio
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from gehoor.cli.installation import FILE, FOLDER, SERVICES, Installation, ServiceAccess, find_installation
from gehoor.cli.keyholders import HOLDERS, Holder
from gehoor.cli.prepare import PARTITIONS, prepare, schema_of
from gehoor.cli.servers import PartnerServer, ServiceServer
from gehoor.devstack import Stack
from gehoor.devstack.process import StackError
from gehoor.devstack.server import Say, Server
from gehoor.devstack.stack import say_on_terminal
from gehoor.runtime.http.keys import ApiKey, issue
from gehoor.runtime.postgres.connecting import close_pool, open_pool
from gehoor.runtime.postgres.keys import PostgresKeys

PARTNER_SERVICE, LADDER_SERVICE = "partner-escalation", "sla"
WEBHOOK_SECRET_BYTES = 24
_TEXTS = TypeAdapter(dict[str, str])
_CHECKOUT = Path(__file__).parents[4]
"""Where the sources are: the command is installed from there, policies and migrations with it."""


def checkout() -> Path:
    """The folder of the sources, with `deploy/` and `services/` in it.

    Raises:
        StackError: the command was installed without them.
    """
    if not (_CHECKOUT / "deploy" / "policy").is_dir():
        raise StackError("`gehoor up` runs from a checkout: the folders deploy/ and services/ are not there")
    return _CHECKOUT


async def bring_up(
    folder: Path = Path(FOLDER),
    *,
    policy: Path | None = None,
    say: Say = say_on_terminal,
    env: Mapping[str, str] | None = None,
    hasty: bool = False,
    partner: bool = False,
) -> Installation:
    """Start what does not run yet, in this folder, and give what it takes to use it.

    Args:
        folder: Where everything of this installation is kept.
        policy: The organisation's numbers; those of the installation, or the default ones, where none are named.
        say: Told what takes long.
        env: Further settings of the services.
        hasty: For tests: the database trades durability for speed.
        partner: Whether to start the demonstration's partner too, which answers webhooks.

    Raises:
        StackError: a part is missing or broken; says which, and what to do.
    """
    sources = checkout()
    stack = await asyncio.to_thread(Stack.start, folder, hasty=hasty, say=say)
    known = _known(folder)
    installation = _installed(stack, known, (policy or _policy_of(known) or sources / "deploy/policy/default.yaml"))
    if partner or installation.partner_urls:
        installation.partner_urls["sponsor"] = await asyncio.to_thread(_start_partner, folder, installation, say)
    await prepare(installation, stack.postgres, sources)
    if known is None:
        await _hand_out_keys(installation)
    installation.write(folder)
    servers = [ServiceServer(folder, name, settings_of(installation, name) | dict(env or {})) for name in SERVICES]
    if known is not None and _decided(known) != _decided(installation):
        await _stop(servers)
    with ThreadPoolExecutor() as pool:
        for started in [pool.submit(server.start, say) for server in servers]:
            await asyncio.wrap_future(started)
    for server, name in zip(servers, SERVICES, strict=True):
        installation.services[name].url = server.url
    installation.write(folder)
    return installation


async def take_down(folder: Path = Path(FOLDER)) -> None:
    """Stop what runs in that folder, and nothing else: the services first, then what they stand on."""
    await _stop([*(ServiceServer(folder, name, {}) for name in SERVICES), PartnerServer(folder, "")])
    await asyncio.to_thread(Stack(folder).stop)


async def _stop(servers: Sequence[Server]) -> None:
    with ThreadPoolExecutor() as pool:
        for stopped in [pool.submit(server.stop) for server in servers]:
            await asyncio.wrap_future(stopped)


def _start_partner(folder: Path, installation: Installation, say: Say) -> str:
    server = PartnerServer(folder, installation.partner_secrets["sponsor"])
    server.start(say)
    return f"{server.url}/hooks"


def settings_of(installation: Installation, service: str) -> dict[str, str]:
    """What that service is told, as environment variables."""
    access = installation.service(service)
    told = {
        "GEHOOR_DSN": access.dsn,
        "GEHOOR_KAFKA": installation.kafka,
        "GEHOOR_JOURNAL": installation.journal,
        "GEHOOR_INBOUND": installation.inbound,
        "GEHOOR_PARTITIONS": str(PARTITIONS),
        "GEHOOR_INSTALLATION_KEY": installation.installation_key,
        "GEHOOR_SMTP": installation.smtp or "",
        "GEHOOR_POLICY": str(installation.policy or ""),
        "GEHOOR_ALLOW_PRIVATE_ADDRESSES": "true",
    }
    if access.outside_dsn is not None:
        told["GEHOOR_OUTSIDE_DSN"] = access.outside_dsn
    if service == PARTNER_SERVICE:
        told["GEHOOR_PARTNER_SECRETS"] = json.dumps(installation.partner_secrets)
        told["GEHOOR_PARTNER_URLS"] = json.dumps(installation.partner_urls)
    if service == LADDER_SERVICE:
        told["GEHOOR_WEBHOOK_SECRETS"] = json.dumps(installation.webhook_secrets)
    return {name: value for name, value in told.items() if value}


def with_settings(installation: Installation, environ: Mapping[str, str]) -> Installation:
    """The installation with the secrets and addresses of webhooks that the environment names; it remembers them.

    Raises:
        StackError: one of those variables is no JSON object of texts.
    """
    kept = {}
    for name in ("partner_secrets", "partner_urls", "webhook_secrets"):
        variable = f"GEHOOR_{name.upper()}"
        try:
            named = _TEXTS.validate_json(environ.get(variable) or "{}")
        except ValidationError:
            raise StackError(f'{variable} is written {{"name": "value"}}, as JSON') from None
        kept[name] = getattr(installation, name) | named
    return installation.model_copy(update=kept)


def _decided(installation: Installation) -> Sequence[object]:
    """What services are told anew only when they start."""
    there = installation
    return there.policy, there.partner_urls, there.partner_secrets, there.webhook_secrets


def _known(folder: Path) -> Installation | None:
    return find_installation(folder / FILE) if (folder / FILE).exists() else None


def _policy_of(known: Installation | None) -> Path | None:
    return known.policy if known is not None else None


def _installed(stack: Stack, known: Installation | None, policy: Path) -> Installation:
    """The installation as it now is: what was made once stays, addresses may have changed."""
    made = known or Installation(
        kafka=stack.kafka,
        installation_key=b64encode(secrets.token_bytes(32)).decode(),
        services={name: _access(stack.postgres, name) for name in SERVICES},
        partner_secrets={"sponsor": _webhook_secret(), "company": _webhook_secret()},
    )
    if not policy.is_file():
        raise StackError(f"there is no policy {policy}")
    return with_settings(made, os.environ).model_copy(
        deep=True,
        update={
            "kafka": stack.kafka,
            "smtp": stack.smtp,
            "mailbox": stack.mailbox,
            "policy": policy.absolute(),
        },
    )


def _access(owner: str, service: str) -> ServiceAccess:
    schema = schema_of(service)
    outside = _as_role(owner, f"{schema}_outside") if service == PARTNER_SERVICE else None
    return ServiceAccess(url="", dsn=_as_role(owner, schema), outside_dsn=outside)


def _as_role(owner: str, role: str) -> str:
    """The same database as another role, with a password of its own."""
    parts = urlsplit(owner)
    entry = f"gehoor_{role}:{secrets.token_hex(16)}@{parts.hostname}:{parts.port}"
    return urlunsplit(parts._replace(netloc=entry))


def _webhook_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(WEBHOOK_SECRET_BYTES)).decode()


async def _hand_out_keys(installation: Installation) -> None:
    """A key for each who holds one, the same in every service that knows its scopes."""
    now = datetime.now(UTC)
    made: dict[str, tuple[Holder, ApiKey, str]] = {}
    for name, holder in HOLDERS.items():
        made[name] = (
            holder,
            *issue(name, holder.scopes, now, staff=holder.staff, desks=holder.desks, partner=holder.partner),
        )
    for service in SERVICES:
        pool = await open_pool(installation.service(service).dsn, schema=schema_of(service), size=1)
        try:
            keys = PostgresKeys(pool)
            for _, key, _ in made.values():
                await keys.add(key)
        finally:
            await close_pool(pool)
    installation.keys.update({name: token for name, (_, _, token) in made.items()})

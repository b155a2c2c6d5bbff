"""What partner-escalation is told from outside: the same as every service, and where and how partners are told."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from gehoor.events.terms import PartnerId, Slug
from gehoor.runtime.settings import Settings


class PartnerSettings(Settings):
    """`GEHOOR_PARTNER_SECRETS='{"sponsor": "whsec_…"}'`: secrets never stand in the policy."""

    policy: Path = Field(description="The YAML file.")
    outside_dsn: SecretStr = Field(description="As the role in which partners read: row-level security binds it.")
    partner_secrets: Mapping[Slug, SecretStr] = Field(
        default_factory=dict, description="What webhooks are signed with, by the name that the policy gives it."
    )
    partner_urls: Mapping[PartnerId, str] = Field(
        default_factory=dict, description="Where a partner's webhook goes instead of what the policy says."
    )
    retry_wait_first: timedelta = Field(
        timedelta(seconds=5), description="What the wait after a first attempt is drawn from; it doubles with each."
    )

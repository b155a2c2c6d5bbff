"""What sla is told from outside: what every service is told, its policy, and what its deliveries need."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr

from gehoor.runtime.settings import Settings


class SlaSettings(Settings):
    """Sla's settings."""

    policy: Path = Field(description="The YAML file.")
    answer_at: str = Field(
        "https://complaints.example/escalations/{id}",
        pattern=r"^https?://[^\s]*\{id\}[^\s]*$",
        description="Where people answer an escalation; `{id}` stands for its id.",
    )
    webhook_secrets: Mapping[str, SecretStr] = Field(
        default_factory=dict, description="What webhooks are signed with, by the name the policy has for it, as JSON."
    )

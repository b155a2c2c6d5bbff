"""What routing is told from outside: what every service is told, and its policy, without which it can't route."""

from pathlib import Path

from pydantic import Field

from gehoor.runtime.settings import Settings


class RoutingSettings(Settings):
    """Routing's settings."""

    policy: Path = Field(description="The YAML file.")

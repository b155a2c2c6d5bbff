"""What intake is told from outside: what every service is told, and its policy, without which it receives nothing."""

from pathlib import Path

from pydantic import Field

from gehoor.runtime.settings import Settings


class IntakeSettings(Settings):
    """Intake's settings."""

    policy: Path = Field(description="The YAML file.")

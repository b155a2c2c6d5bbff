"""What a service is told from outside: environment variables `GEHOOR_…`, or a file `.env`-like that names them."""

from base64 import b64decode
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_KEY_BYTES = 32
Port = Annotated[int, Field(ge=0, le=65535)]


class ConsumerKind(StrEnum):
    """The two ways of reading the journal, behind one seam."""

    FAUST = "faust"
    AIOKAFKA = "aiokafka"


class Settings(BaseSettings):
    """What every service is told; a service adds its own by subclassing."""

    model_config = SettingsConfigDict(env_prefix="GEHOOR_", frozen=True, extra="ignore", hide_input_in_errors=True)

    # Where it remembers.
    dsn: SecretStr = Field(description="PostgreSQL, as this service's own role, in its own schema.")
    outside_dsn: SecretStr | None = Field(None, description="The same as the role that row-level security binds.")
    keyring_dsn: SecretStr | None = Field(None, description="Where the keyring is; the service's own dsn if none.")
    keyring_schema: str = Field("intake", description="Where the keyring is kept: its owner's schema.")
    pool_max: int = Field(10, ge=1, le=200, description="Connections at most.")

    # Where it speaks and listens.
    kafka: str = Field("127.0.0.1:9092", description="Bootstrap servers, host:port, by comma.")
    journal: str = Field("complaints.journal", description="The topic of facts.")
    inbound: str = Field("complaints.inbound", description="The topic other systems send to; only intake reads it.")
    partitions: int = Field(12, ge=1, le=1000, description="Of the journal: fixed for ever.")
    consumer: ConsumerKind | None = Field(None, description="Instead of the service's own choice.")

    # HTTP.
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: Port = Field(0, description="0: any free one, which the log then names.")
    requests_per_second_max: int = Field(2000, ge=1, description="Of one caller.")
    failures_per_minute_max: int = Field(60, ge=1, description="Requests without a valid key, of one address.")
    body_bytes_max: int = Field(1024 * 1024, ge=1024)
    answer_within: timedelta = Field(timedelta(seconds=15), description="A request that takes longer is ended.")

    # What it decides by, and what leaves the house.
    policy: Path | None = Field(None, description="The YAML file, or the folder of them.")
    installation_key: SecretStr | None = Field(None, description="32 bytes in base64: wraps the data keys.")
    installation_key_file: Path | None = Field(None, description="Or the file that holds it.")
    smtp: str = Field("127.0.0.1:25", description="The mail server, host:port.")
    sender: str = Field("complaints@example.org", description="What mail comes from; its domain makes message ids.")
    allow_private_addresses: bool = Field(
        default=False, description="Whether webhooks may go to private and loopback addresses."
    )

    # Pace.
    batch_max: int = Field(200, ge=1, le=5000, description="Messages or due rows handled in one transaction.")
    poll_every: timedelta = Field(timedelta(milliseconds=200), description="How often due rows are looked for.")
    attempts_max: int = Field(12, ge=1, description="Of a delivery, before it is given up.")
    retry_wait_max: timedelta = Field(timedelta(hours=1), description="Between two attempts of a delivery.")
    parked_subjects_max: int = Field(100, ge=1, description="Past this it is the release that is broken.")
    start_within: timedelta = Field(timedelta(seconds=60), description="How long to wait for what it needs at start.")
    stop_within: timedelta = Field(timedelta(seconds=10), description="How long a graceful stop may take.")
    clock_offset: timedelta = Field(timedelta(0), description="Added to the time: for fault injection.")

    # What it tells.
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    traces: str | None = Field(None, description="An OTLP endpoint; none: no spans are kept.")

    def wrapping_key(self) -> bytes:
        """The installation's key: 32 bytes.

        Raises:
            ValueError: there is none, or it is not 32 bytes in base64.
        """
        if self.installation_key is not None:
            written = self.installation_key.get_secret_value()
        elif self.installation_key_file is not None:
            written = self.installation_key_file.read_text("ascii").strip()
        else:
            raise ValueError("set GEHOOR_INSTALLATION_KEY or GEHOOR_INSTALLATION_KEY_FILE: 32 bytes in base64")
        try:
            key = b64decode(written, validate=True)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES:
            raise ValueError("the installation's key is not 32 bytes in base64")
        return key

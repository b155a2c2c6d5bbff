"""What `gehoor up` remembers, and what it tells each service."""

import json

import pytest

from gehoor.cli.installation import Installation, ServiceAccess
from gehoor.cli.up import settings_of, with_settings
from gehoor.devstack.process import StackError

ACCESS = ServiceAccess(url="http://127.0.0.1:1", dsn="postgresql://127.0.0.1:1/gehoor")
THERE = Installation(
    kafka="127.0.0.1:1",
    installation_key="x",
    services={"sla": ACCESS, "partner-escalation": ACCESS},
    partner_secrets={"sponsor": "whsec_one"},
)


def test_the_secret_of_a_new_partner_comes_beside_those_that_were_there() -> None:
    there = with_settings(THERE, {"GEHOOR_PARTNER_SECRETS": '{"courier": "whsec_two"}'})
    told = json.loads(settings_of(there, "partner-escalation")["GEHOOR_PARTNER_SECRETS"])
    assert told == {"sponsor": "whsec_one", "courier": "whsec_two"}


def test_the_secrets_of_the_ladder_are_remembered_for_every_command() -> None:
    there = with_settings(THERE, {"GEHOOR_WEBHOOK_SECRETS": '{"ladder": "whsec_two"}'})
    again = with_settings(Installation.model_validate_json(there.model_dump_json()), {})
    assert json.loads(settings_of(again, "sla")["GEHOOR_WEBHOOK_SECRETS"]) == {"ladder": "whsec_two"}


@pytest.mark.parametrize("written", ["whsec_two", "[]", '{"courier": 1}'])
def test_a_secret_that_is_written_otherwise_is_named_and_not_shown(written: str) -> None:
    with pytest.raises(StackError) as wrong:
        with_settings(THERE, {"GEHOOR_PARTNER_SECRETS": written})
    assert "GEHOOR_PARTNER_SECRETS" in str(wrong.value)
    assert written not in str(wrong.value)

"""Reading the policy: all of it is checked before anything runs by it."""

import yaml
from pydantic import ValidationError

from gehoor.sla.policy.policy import Policy


class PolicyError(ValueError):
    """The policy can't be followed; the message names the file and every field that is wrong."""


def read(text: str, file: str) -> Policy:
    """The policy of a YAML text.

    Raises:
        PolicyError: it can't be followed; names `file` and every field that is wrong.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as wrong:
        raise PolicyError(f"{file}: {wrong}") from None
    except ValidationError as wrong:
        lines = [
            f"{file}: {'.'.join(map(str, error['loc'])) or 'the whole'}: {error['msg']}" for error in wrong.errors()
        ]
        raise PolicyError("\n".join(lines)) from None
    if lines := [f"{file}: {field}: {message}" for field, message in policy.contradictions()]:
        raise PolicyError("\n".join(lines))
    return policy

"""The organisation of a simulation: that of the default policy, with more partners and less patience."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DEFAULT = Path(__file__).parents[2] / "deploy" / "policy" / "default.yaml"
PARTNERS = {
    "sponsor": {"prize.not-delivered": ["name", "address", "prize"], "programme": ["reference"]},
    "courier": {"delivery": ["name", "address", "phone"], "prize.not-delivered": ["reference"]},
}
DESKS = ("front-line", "back-office", "audience", "newsroom", "product", "coordinator")
HOOK = "https://managers.example/hook"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBzcG9uc29yIGluIHRlc3Rz"


def _partner(name: str, categories: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "name": name,
        "webhook": {"url": f"https://{name}.example/hook", "secret": name},
        "calendar": "brussels-office",
        "answer_within": "2 working days" if name == "sponsor" else "1 working day",
        "categories": {
            category: {"shares": shares} | ({"opens": "Please see to it."} if category == "delivery" else {})
            for category, shares in categories.items()
        },
    }


@cache
def policy() -> Path:
    """The YAML file."""
    told = yaml.safe_load(_DEFAULT.read_text("utf-8"))
    told["version"] = "simulated-1"
    told["intake"]["objection_period"] = "2 days"
    told["intake"]["unreachable_attempts"] = 2
    told["partners"] = {name: _partner(name, categories) for name, categories in PARTNERS.items()}
    told["sla"]["addressees"]["manager"]["webhook"] = {"url": HOOK, "secret": "managers"}
    told["sla"]["deliveries"] = {"attempts_max": 5, "first": "PT5S", "longest": "PT1H"}
    told["sla"]["clocks"]["resolution"]["within"] = "4 working days"
    told["sla"]["clocks"]["acknowledgement"]["within"] = "2 calendar days"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False, encoding="utf-8") as file:
        yaml.safe_dump(told, file, allow_unicode=True)
    return Path(file.name)

"""Write the pages and schemas of the facts, or see whether they stand as they should.

python -m gehoor.events.docs             writes docs/events
python -m gehoor.events.docs --check     exits with 1 and says so where a page drifted or a schema broke
python -m gehoor.events.docs --anew      writes them without looking at what was published: before the first release
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gehoor.events.compatibility import breaks
from gehoor.events.docs.asyncapi import asyncapi
from gehoor.events.docs.pages import overview, page, path_of
from gehoor.events.docs.schemas import published, schema_of

FOLDER = Path("docs/events")
SCHEMAS = "schemas"


def generated() -> Mapping[str, str]:
    """Every file under the folder, by its path there."""
    facts = published()
    return {
        "README.md": overview(facts),
        "asyncapi.yaml": asyncapi(facts),
        **{path_of(fact): page(fact) for fact in facts.values()},
        **{f"{SCHEMAS}/{name}.json": _pretty(schema_of(fact)) for name, fact in facts.items()},
    }


def standing(folder: Path) -> Mapping[str, str]:
    """Every file that stands there, likewise."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


def broken(folder: Path) -> list[str]:
    """What the committed schemas promised and the facts no longer hold."""
    before = {path.stem: json.loads(path.read_text("utf-8")) for path in (folder / SCHEMAS).glob("*.json")}
    return breaks(before, {name: schema_of(fact) for name, fact in published().items()})


def drifted(folder: Path) -> list[str]:
    """The files that do not stand as they would be written."""
    there, wanted = standing(folder), generated()
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def write(folder: Path) -> None:
    """Write every file, and remove those that are no more."""
    wanted = generated()
    for name in standing(folder).keys() - wanted.keys():
        (folder / name).unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code."""
    parser = argparse.ArgumentParser(prog="gehoor.events.docs", description="The facts as pages and schemas.")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--check", action="store_true", help="say what drifted or broke, and write nothing")
    asked.add_argument("--anew", action="store_true", help="do not compare with what was published")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args(arguments)
    wrong = [] if chosen.anew else [f"broken: {said}" for said in broken(chosen.folder)]
    if chosen.check:
        wrong += [f"drifted: {chosen.folder / name} (make docs)" for name in drifted(chosen.folder)]
    elif not wrong:
        write(chosen.folder)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def _pretty(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

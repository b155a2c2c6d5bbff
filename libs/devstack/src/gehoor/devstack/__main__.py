"""`python -m gehoor.devstack up | down | status | erase`: the stack without the rest."""

import argparse
import json
import sys
from datetime import timedelta
from pathlib import Path

from gehoor.devstack.process import StackError, birth, wait_until
from gehoor.devstack.stack import Stack

DEFAULT_FOLDER = Path(".gehoor")
WATCH_MAX = timedelta(days=1)


def main() -> None:
    """Do what the command line says; ends with 1 and the reason when it can't be done."""
    parser = argparse.ArgumentParser(prog="python -m gehoor.devstack", description=__doc__)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER, help="where the stack lives (%(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start what does not run")
    commands.add_parser("down", help="stop what runs; what is stored stays")
    commands.add_parser("status", help="where everything is, as JSON")
    erase = commands.add_parser("erase", help="stop what runs and remove what is stored")
    erase.add_argument("--after", type=int, metavar="PID", help="wait until this process is gone")
    asked = parser.parse_args()
    try:
        match asked.command:
            case "up":
                print(_status(Stack.start(asked.folder)))
            case "down":
                Stack(asked.folder).stop()
            case "status":
                print(_status(Stack.read(asked.folder)))
            case _:
                _erase(Stack(asked.folder), asked.after)
    except StackError as error:
        sys.exit(f"gehoor: {error}")


def _status(stack: Stack) -> str:
    where = {"kafka": stack.kafka, "postgres": stack.postgres, "smtp": stack.smtp, "mailbox": str(stack.mailbox)}
    runs = {server.name: server.running for server in stack.servers}
    return json.dumps(where | {"running": runs}, indent=2)


def _erase(stack: Stack, after: int | None) -> None:
    born = birth(after) if after else None
    if after and born and not wait_until(lambda: birth(after) != born, within=WATCH_MAX):
        return
    stack.erase()


if __name__ == "__main__":
    main()

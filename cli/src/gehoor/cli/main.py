"""The `gehoor` command: one function a command, here or in the module it is registered from."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from gehoor.cli import keys, parked, policy
from gehoor.cli.audit import audit
from gehoor.cli.demo import demo
from gehoor.cli.erase import erase
from gehoor.cli.installation import FOLDER, SERVICES, find_installation
from gehoor.cli.plainly import AsJson, FailedError, MisusedError, Plain, Where, run
from gehoor.cli.prepare import prepare
from gehoor.cli.rebuild import rebuild
from gehoor.cli.replaying.command import replay
from gehoor.cli.republish import republish
from gehoor.cli.showing import as_cloudevent, as_line, console
from gehoor.cli.tail import tail as follow_journal
from gehoor.cli.timeline import story_of
from gehoor.cli.unsealing import in_clear
from gehoor.cli.up import bring_up, checkout, take_down

HELP = """The backbone of a complaint desk, from the command line.

Start with [bold]gehoor demo[/bold]: it starts everything here and plays two stories. Then, for instance:

[dim]gehoor tail --service sla[/dim]            what the watcher says, as it says it
[dim]gehoor timeline 7GQ4-M2ZK[/dim]            one complaint's story, by its reference
[dim]gehoor replay complaints.csv --mapping complaints.yaml[/dim]
[dim]gehoor audit[/dim]                         is nothing lost and nothing doubled?

Exit codes: 0 all is well, 1 a finding or a failure, 2 asked wrongly.
"""

app = typer.Typer(
    cls=Plain,
    name="gehoor",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
RUNNING, READING = "Running it", "What happens"
MENDING, PEOPLE = "Keeping it sound", "Who, and by what rules"
Folder = Annotated[Path, typer.Option(help="Where everything of the installation is kept.")]


@app.command(rich_help_panel=RUNNING)
def up(
    policy_: Annotated[Path | None, typer.Option("--policy", help="The organisation's numbers.")] = None,
    folder: Folder = Path(FOLDER),
) -> None:
    """Start Kafka, PostgreSQL and the four services here, in the background; what runs already is left alone.

    [dim]gehoor up --policy deploy/policy/default.yaml[/dim]
    """
    there = run(bring_up(folder, policy=policy_))
    for name, access in there.services.items():
        console().print(f"{name:<20} {access.url}/docs")


@app.command(rich_help_panel=RUNNING)
def down(folder: Folder = Path(FOLDER)) -> None:
    """Stop what `up` or `demo` started here, and nothing else. What was stored stays."""
    run(take_down(folder))


@app.command("demo", rich_help_panel=RUNNING)
def play(
    stay: Annotated[bool, typer.Option("--stay", help="Stay up until Ctrl-C, then stop everything.")] = False,  # noqa: FBT002
    folder: Folder = Path(FOLDER),
) -> None:
    """Start everything and play two stories, with a working day that lasts seconds."""
    try:
        run(demo(folder, stay=stay))
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command("prepare", rich_help_panel=RUNNING)
def ready(
    owner: Annotated[str, typer.Option(help="The DSN of the database's owner.", envvar="GEHOOR_OWNER_DSN")],
    replication: Annotated[int, typer.Option(min=1, max=9, help="Of the topics: 3 on a cluster.")] = 1,
    installation: Where = None,
) -> None:
    """Make roles, tables and topics on the servers that an installation names; safe to run again."""
    run(prepare(find_installation(installation), owner, checkout(), replication=replication))


@app.command(rich_help_panel=READING)
def tail(
    complaint: Annotated[str | None, typer.Argument(help="One complaint, by id or reference; without it, all.")] = None,
    *,
    service: Annotated[str | None, typer.Option(help=f"Only what one says: {', '.join(SERVICES)}.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Only types that contain this: `promise`.")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the first fact.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop at the end instead of waiting for more.")] = False,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Follow the journal: each fact as it is published. Ctrl-C ends it.

    [dim]gehoor tail --type escalation[/dim]
    [dim]gehoor tail 7GQ4-M2ZK --from-start --once --json[/dim]
    """
    there = find_installation(installation)
    if service is not None and service not in there.services:
        raise MisusedError(f"no service {service!r}: there are {', '.join(there.services)}")

    async def follow() -> int:
        subject = await _subject(complaint, installation) if complaint is not None else None
        return await follow_journal(
            there,
            complaint=subject,
            service=service,
            type_=type_,
            follow=not once,
            from_start=from_start or once,
            as_json=as_json,
        )

    try:
        run(follow())
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command(rich_help_panel=READING)
def timeline(
    complaint: Annotated[str, typer.Argument(help="Its id, or the reference the customer was given.")],
    *,
    sealed: Annotated[bool, typer.Option("--sealed", help="Without opening what was said.")] = False,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """One complaint's story in plain sentences, from the journal.

    [dim]gehoor timeline 7GQ4-M2ZK[/dim]
    [dim]gehoor timeline 7GQ4-M2ZK --json[/dim]   CloudEvents, one a line, private fields sealed as they travel
    """
    there = find_installation(installation)

    async def told() -> None:
        story = await story_of(there, complaint)
        out = console()
        if as_json:
            for event in story:
                out.out(as_cloudevent(event), highlight=False)
            return
        for event in story if sealed else await in_clear(there, story):
            out.print(as_line(event))

    run(told())


async def _subject(named: str, installation: Path | None) -> UUID:
    story = await story_of(find_installation(installation), named)
    if not story:
        raise FailedError(f"nothing is known of {named}")
    return story[0].subject


app.command(rich_help_panel=READING)(replay)
app.command(rich_help_panel=MENDING)(audit)
app.command(rich_help_panel=MENDING)(rebuild)
app.command(rich_help_panel=MENDING)(republish)
app.add_typer(parked.app, name="parked", rich_help_panel=MENDING)
app.command(rich_help_panel=PEOPLE)(erase)
app.add_typer(keys.app, name="keys", rich_help_panel=PEOPLE)
app.add_typer(policy.app, name="policy", rich_help_panel=PEOPLE)

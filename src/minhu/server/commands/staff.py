"""`minhu staff` and `minhu tokens`: the first accounts of a new installation, and partners' tokens."""

from __future__ import annotations

import typer

staff = typer.Typer(help="Accounts: add, give a post, set a password, close.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens of partner programs: issue, revoke.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(staff, name="staff")
    app.add_typer(tokens, name="tokens")


def _password(prompt: str) -> str:
    """Ask for a password on the terminal (twice), or read one line of a pipe; never on the command line."""
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True))


@staff.command("add")
def add(
    username: str = typer.Argument(help="The name to sign in with."),
    name: str = typer.Argument(help="The name shown on pages."),
    unit: str = typer.Option("", help="Code of the unit of the first post."),
    role: str = typer.Option("", help="Role of the first post, e.g. dispatcher, unit_handler, security_admin."),
) -> None:
    """Create an account and give it a first post. The password is asked for, and changed at the first sign-in."""
    from minhu.server.bootstrap import setup

    setup()
    from django.db import transaction

    from minhu.directory.queries.units import unit_by_code
    from minhu.directory.services import accounts, posts
    from minhu.kernel.errors import Invalid, NotFound

    if bool(unit) != bool(role):
        raise Invalid("岗位要同时给出 --unit 和 --role。")
    found = unit_by_code(unit) if unit else None
    if unit and found is None:
        raise NotFound(f"没有代码为“{unit}”的单位。")
    password = _password("密码")
    with transaction.atomic():
        account = accounts.create_account(username, name, password)
        if found is not None:
            posts.give_post(account.pk, found.id, role)
    typer.echo(f"账号 {username} 已建立。首次登录时须修改密码。")


@staff.command("passwd")
def passwd(username: str = typer.Argument(help="Whose password to set.")) -> None:
    """Set a new password; it must be changed at the next sign-in, and all sessions end."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services import accounts

    account = accounts.staff_by_username(username)
    accounts.set_password(account.pk, _password("新密码"))
    typer.echo(f"账号 {username} 的密码已重设。")


@staff.command("reset-factors")
def reset_factors(username: str = typer.Argument(help="Who lost telephone, passkey and recovery codes.")) -> None:
    """Take the second factors of an account away; they are set up anew at the next sign-in, and all sessions end."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services import accounts, factors

    factors.reset_for(accounts.staff_by_username(username).pk)
    typer.echo(f"账号 {username} 的双因素验证已重置。")


@staff.command("post")
def post(
    username: str = typer.Argument(help="Who gets the post."),
    unit: str = typer.Argument(help="Code of the unit."),
    role: str = typer.Argument(help="Role, e.g. dispatcher."),
) -> None:
    """Give an account another post; administrators are kept apart."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.queries.units import unit_by_code
    from minhu.directory.services import accounts, posts
    from minhu.kernel.errors import NotFound

    found = unit_by_code(unit)
    if found is None:
        raise NotFound(f"没有代码为“{unit}”的单位。")
    posts.give_post(accounts.staff_by_username(username).pk, found.id, role)
    typer.echo(f"{username} 已担任 {found.name} 的 {role}。")


@staff.command("close")
def close(username: str = typer.Argument(help="Whose account to close.")) -> None:
    """Close an account: it signs out everywhere and cannot sign in again."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services import accounts

    accounts.set_active(accounts.staff_by_username(username).pk, False)
    typer.echo(f"账号 {username} 已停用。")


@tokens.command("issue")
def issue(
    name: str = typer.Argument(help="Name of the partner program."),
    scope: list[str] = typer.Option(..., "--scope", help="What it may do; repeat for several."),
    days: int = typer.Option(365, help="How long it is valid."),
) -> None:
    """Issue a token. It is printed this once and kept only as a digest."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services.tokens import issue_token

    typer.echo(issue_token(name, scope, days=days))


@tokens.command("revoke")
def revoke(name: str = typer.Argument(help="Name of the partner program.")) -> None:
    """Make a token worthless at once."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services.tokens import revoke_token

    revoke_token(name)
    typer.echo(f"令牌“{name}”已吊销。")

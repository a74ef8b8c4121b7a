"""`perch completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script for shell completion of commands and options.

    \b
    Examples:
      perch completion bash > ~/.local/share/bash-completion/completions/perch
      perch completion zsh > ~/.zfunc/_perch
      perch completion fish > ~/.config/fish/completions/perch.fish
    """
    found = get_completion_class(shell)
    root = context.find_root()
    if found is None:
        raise click.ClickException(f"no completion for {shell}")
    click.echo(found(root.command, {}, "perch", "_PERCH_COMPLETE").source())


COMMANDS = (completion,)

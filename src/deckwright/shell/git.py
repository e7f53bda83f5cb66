"""What git says of a project, and what it is asked to do."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deckwright.errors import DeckError, Place

GITHUB = re.compile(r"github\.com[:/](?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?/?$")
GIT_SAYS = ("fatal:", "error:", "remote:", " !", "hint:")
MANY = 3  # names in a message


class Git:
    """The repository that a project lies in."""

    def __init__(self, root: Path) -> None:
        self.root, self.place = root, Place(str(root), 0)

    def said(self, *arguments: str) -> str | None:
        """What git prints; nothing where it fails."""
        done = self.run("git", *arguments)
        return done.stdout if done.returncode == 0 else None

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project."""
        try:
            return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise DeckError("git is not installed", self.place, "https://git-scm.com/downloads") from error

    def address(self, remote: str) -> str:
        """The address of a remote. Raises DeckError where there is none."""
        if self.said("rev-parse", "--git-dir") is None:
            remedy = "Make it one: git init, git add, git commit; then git remote add origin ADDRESS"
            raise DeckError("is not in a git repository", self.place, remedy)
        address = self.said("remote", "get-url", remote)
        if address is None:
            remedy = f"Add it: git remote add {remote} ADDRESS; or name another with --remote."
            raise DeckError(f"there is no remote {remote!r} to publish to", self.place, remedy)
        return address.strip()

    def refuse_changes(self, but: Sequence[Path]) -> None:
        """Raise DeckError if something is not committed, but for these folders."""
        inside = [path.relative_to(self.root).as_posix() for path in but if path.is_relative_to(self.root)]
        exclude = [f":(exclude){name}" for name in inside]
        lines = (self.said("status", "--porcelain", "--", ".", *exclude) or "").splitlines()
        if lines:
            names = [line[3:] for line in lines]
            more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
            problem = f"not committed: {', '.join(names[:MANY])}{more}"
            raise DeckError(problem, self.place, "Commit first, or publish all the same: --dirty")

    def branch(self) -> str:
        """The branch that is checked out."""
        return (self.said("symbolic-ref", "--short", "HEAD") or "main").strip()

    def refuse_loss(self, remote: str, branch: str) -> None:
        """Raise DeckError where a push of a site to this branch would lose work: it first becomes the remote's."""
        if f"branch refs/heads/{branch}" in (self.said("worktree", "list", "--porcelain") or "").splitlines():
            remedy = "A site takes the place of all that a branch holds: name one for it alone with --branch."
            raise DeckError(f"the branch {branch!r} is checked out", self.place, remedy)
        self.said("fetch", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}")
        ours, theirs = self.commit(f"refs/heads/{branch}"), self.commit(f"refs/remotes/{remote}/{branch}")
        if ours and theirs and self.said("merge-base", "--is-ancestor", ours, theirs) is None:
            remedy = f"Push them, or let go of them: git branch -D {branch}"
            raise DeckError(f"the branch {branch!r} has commits that {remote!r} has not", self.place, remedy)

    def commit(self, name: str) -> str:
        """The commit of this name; nothing where there is none."""
        return (self.said("rev-parse", "--verify", "--quiet", name) or "").strip()

    def push(self, folder: Path, remote: str, branch: str) -> None:
        """Make the folder the content of a branch of the remote, after what is there. A CNAME there stays."""
        domain = None if (folder / "CNAME").exists() else self.said("show", f"{remote}/{branch}:CNAME")
        own = f"refs/heads/{branch}"
        before, shown = self.commit(own), (self.said("rev-parse", "--short", "HEAD") or "").strip()
        command = [sys.executable, "-m", "ghp_import", "--no-jekyll", "--push", "--remote", remote, "--branch", branch]
        command += ["--message", f"Publish {shown}".strip(), *(["--cname", domain.strip()] if domain else [])]
        done = self.run(*command, str(folder))
        if done.returncode != 0:
            self.said("update-ref", *([own, before] if before else ["-d", own]))  # else the next try finds its commit
            told = (done.stderr or done.stdout).strip().splitlines()
            told = [line for line in told if line.startswith(GIT_SAYS)] or told[-MANY:]
            raise DeckError(f"could not push to {remote}/{branch}", self.place, "\n".join(told))


def web_address(remote: str, domain: str) -> str:
    """Where GitHub shows the branch; nothing for other hosts."""
    if domain:
        return f"https://{domain}/"
    found = GITHUB.search(remote)
    if not found:
        return ""
    owner, name = found["owner"].lower(), found["name"]
    return f"https://{owner}.github.io/" + ("" if name.lower() == f"{owner}.github.io" else f"{name}/")

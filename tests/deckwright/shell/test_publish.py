"""Publishing, to a repository of this test's own."""

import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from deckwright.__main__ import main
from deckwright.pipeline import Form, Project, build
from deckwright.render.policy import policy
from deckwright.shell.git import web_address
from deckwright.shell.hosts import Plan, configuration, install_command
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.site.test_publish import files_of

DECK = "---\ntitle: T\n---\n\n## A\n\nSeen.\n\nNote: secret\n"
CELL = "\n---\n\n## B\n\n```{python}\n#| label: one\nprint(1)\n```\n"
Told = pytest.CaptureFixture[str]


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def made(project: MakeProject, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A committed project whose remote is a bare repository."""
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "A")
        monkeypatch.setenv(f"{name}_EMAIL", "a@example.org")
    made = project(**{"slides/a.md": DECK, ".gitignore": "/site/\n/.deckwright/\n"})
    bare = tmp_path_factory.mktemp("bare")
    git(bare, "init", "--bare", ".")
    git(made.root, "init", ".")
    git(made.root, "add", ".")
    git(made.root, "commit", "-m", "first")
    git(made.root, "remote", "add", "origin", str(bare))
    monkeypatch.chdir(made.root)
    return made


def cloned(made: Project, branch: str = "gh-pages") -> Path:
    bare = git(made.root, "remote", "get-url", "origin").strip()
    clone = Path(bare) / "clone"
    git(Path(bare), "clone", "--branch", branch, bare, str(clone))
    return clone


def in_branch(made: Project, name: str) -> str:
    git(made.root, "fetch", "origin")
    return git(made.root, "show", f"origin/gh-pages:{name}")


def test_the_branch_of_the_remote_holds_the_site(made: Project, watcher: Memory, capsys: Told) -> None:
    assert main(["publish", "--to", "gh-pages"]) == 0
    build(made, watcher)
    published = {name: text for name, text in files_of(cloned(made)).items() if not name.startswith(".git/")}
    assert published == files_of(made.out)
    assert git(made.root, "status", "--porcelain") == ""
    assert capsys.readouterr().out.endswith(" gh-pages\n")


def test_a_second_time_adds_to_the_history(made: Project) -> None:
    assert main(["publish", "--to", "gh-pages"]) == 0
    (made.slides / "a.md").write_text(DECK.replace("Seen", "Changed"))
    git(made.root, "commit", "-am", "second")
    assert main(["publish", "--to", "gh-pages", "--quiet"]) == 0
    assert "Changed" in in_branch(made, "index.html")
    assert git(made.root, "rev-list", "--count", "origin/gh-pages").strip() == "2"


def test_a_domain_stays_wherever_it_was_written(made: Project, watcher: Memory, capsys: Told) -> None:
    build(made, watcher)
    (made.out / "CNAME").write_text("slides.example.org\n")
    assert main(["publish", "--to", "gh-pages"]) == 0
    assert capsys.readouterr().out == "https://slides.example.org/\n"
    (made.out / "CNAME").unlink()
    assert main(["publish", "--to", "gh-pages"]) == 0
    assert in_branch(made, "CNAME").strip() == "slides.example.org"


def test_without_notes_no_note_is_pushed_and_the_own_site_keeps_them(made: Project, watcher: Memory) -> None:
    build(made, watcher)
    assert main(["publish", "--to", "gh-pages", "--without-notes"]) == 0
    assert "secret" not in in_branch(made, "index.html")
    assert "secret" in (made.out / "index.html").read_text("utf-8")


def test_changes_that_are_not_committed_are_refused_unless_asked_for(made: Project, capsys: Told) -> None:
    (made.slides / "b.md").write_text("## New\n")
    assert main(["publish", "--to", "gh-pages"]) == 1
    assert "not committed: slides/b.md\nCommit first, or publish all the same: --dirty" in capsys.readouterr().err
    assert main(["publish", "--to", "gh-pages", "--dirty"]) == 0
    assert "New" in in_branch(made, "index.html")


def test_without_a_remote_it_says_how_to_add_one(made: Project, capsys: Told) -> None:
    git(made.root, "remote", "remove", "origin")
    assert main(["publish", "--to", "gh-pages"]) == 1
    told = capsys.readouterr().err
    assert "there is no remote 'origin' to publish to\nAdd it: git remote add origin ADDRESS" in told


def test_outside_a_repository_it_says_so(project: MakeProject, capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(**{"slides/a.md": DECK})
    monkeypatch.chdir(made.root)
    assert main(["publish", "--to", "gh-pages"]) == 1
    assert "is not in a git repository" in capsys.readouterr().err


def test_a_remote_that_refuses_is_told(made: Project, capsys: Told) -> None:
    git(made.root, "remote", "set-url", "origin", str(made.root / "nowhere"))
    assert main(["publish", "--to", "gh-pages"]) == 1
    told = capsys.readouterr().err
    assert "could not push to origin/gh-pages" in told
    assert "nowhere" in told


def test_a_branch_that_is_checked_out_is_not_replaced_by_a_site(made: Project, capsys: Told) -> None:
    git(made.root, "push", "origin", "main")
    (made.root / "own.txt").write_text("mine\n")
    git(made.root, "add", "own.txt")
    git(made.root, "commit", "-m", "not pushed")
    before = git(made.root, "rev-parse", "main")
    assert main(["publish", "--to", "gh-pages", "--branch", "main"]) == 1
    assert "the branch 'main' is checked out" in capsys.readouterr().err
    assert git(made.root, "rev-parse", "main") == before
    assert git(made.root, "status", "--porcelain") == ""


def test_commits_of_the_branch_that_are_nowhere_else_are_not_dropped(made: Project, capsys: Told) -> None:
    assert main(["publish", "--to", "gh-pages"]) == 0
    tree, parent = (git(made.root, "rev-parse", name).strip() for name in ("gh-pages^{tree}", "gh-pages"))
    own = git(made.root, "commit-tree", "-p", parent, "-m", "by hand", tree).strip()
    git(made.root, "update-ref", "refs/heads/gh-pages", own)
    assert main(["publish", "--to", "gh-pages"]) == 1
    assert "the branch 'gh-pages' has commits that 'origin' has not" in capsys.readouterr().err
    assert git(made.root, "rev-parse", "gh-pages").strip() == own


@pytest.mark.parametrize("published", [False, True])
def test_a_push_that_fails_leaves_the_branch_as_it_was(published: bool, made: Project) -> None:
    assert not published or main(["publish", "--to", "gh-pages"]) == 0
    before = git(made.root, "for-each-ref", "refs/heads")
    hook = Path(git(made.root, "remote", "get-url", "origin").strip()) / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert main(["publish", "--to", "gh-pages"]) == 1
    assert git(made.root, "for-each-ref", "refs/heads") == before
    hook.unlink()
    assert main(["publish", "--to", "gh-pages"]) == 0


def test_git_files_and_links_in_the_site_do_not_hinder(made: Project, watcher: Memory, tmp_path: Path) -> None:
    build(made, watcher)
    (made.out / ".git").write_text(f"gitdir: {tmp_path}\n")
    (made.out / "linked").symlink_to(tmp_path)
    (made.out / "handout.pdf").write_text("paper")
    assert main(["publish", "--to", "gh-pages"]) == 0
    assert in_branch(made, "handout.pdf") == "paper"
    assert ".git\n" not in git(made.root, "ls-tree", "--name-only", "origin/gh-pages")


def test_results_that_are_out_of_date_are_refused_unless_asked_for(made: Project, capsys: Told, tmp_path: Path) -> None:
    (made.slides / "a.md").write_text(DECK + CELL)
    to = ["publish", "--to", "folder", str(tmp_path / "public")]
    assert main(to) == 1
    assert "results are out of date: 1 step would run, first one\n" in capsys.readouterr().err
    assert not (tmp_path / "public").exists()
    assert main([*to, "--build"]) == 0
    assert main(to) == 0
    assert (tmp_path / "public/index.html").is_file()


def test_a_cell_that_always_runs_is_not_out_of_date(made: Project, tmp_path: Path) -> None:
    (made.slides / "a.md").write_text(DECK + CELL.replace("#| label: one", "#| cache: never"))
    assert main(["publish", "--to", "folder", str(tmp_path / "public")]) == 0


def test_a_folder_that_is_somebody_elses_stays(made: Project, tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.txt").write_text("mine")
    assert main(["publish", "--to", "folder", str(tmp_path / "other")]) == 1
    assert "will not replace" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["folder"], ["pages", "somewhere"]])
def test_a_path_goes_with_a_folder_and_with_nothing_else(arguments: list[str], made: Project, capsys: Told) -> None:
    assert main(["publish", "--to", *arguments]) == 2
    assert "deckwright publish --to folder PATH" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["pages", "netlify", "cloudflare"])
def test_a_host_is_told_to_build_frozen_results(host: str, made: Project, capsys: Told) -> None:
    (made.slides / "a.md").write_text(DECK + CELL)
    assert main(["publish", "--to", host]) == 1
    assert "deckwright freeze" in capsys.readouterr().err
    assert main(["freeze"]) == 0
    capsys.readouterr()
    assert main(["publish", "--to", host, "--without-notes"]) == 0
    written = Path(capsys.readouterr().out.strip())
    text = written.read_text("utf-8")
    assert "deckwright build --frozen --without-notes" in text
    assert "torch" not in text
    assert main(["publish", "--to", host]) == 0
    assert "--without-notes" not in written.read_text("utf-8")


def test_a_workflow_that_somebody_wrote_stays(made: Project, capsys: Told) -> None:
    (made.root / "netlify.toml").write_text("[build]\n")
    assert main(["publish", "--to", "netlify"]) == 1
    assert "netlify.toml: already there, and not written by deckwright" in capsys.readouterr().err
    assert (made.root / "netlify.toml").read_text() == "[build]\n"


def plan(root: Path, form: Form = Form(), domain: str = "") -> Plan:  # noqa: B008
    return Plan(root, ["", "other"], form, "trunk", domain)


def test_netlify_sends_the_policy_and_keeps_media_forever(tmp_path: Path) -> None:
    _, text = configuration("netlify", plan(tmp_path))
    told = tomllib.loads(text)
    assert told["build"]["publish"] == "site"
    rules = {rule["for"]: rule["values"] for rule in told["headers"]}
    assert rules["/*"]["Content-Security-Policy"] == f"{policy()}; frame-ancestors 'self'"
    assert list(rules) == ["/*", "/media/*", "/other/media/*"]
    assert rules["/other/media/*"] == {"Cache-Control": "public, max-age=31536000, immutable"}
    assert "Cache-Control" not in rules["/*"]


def test_a_page_that_holds_its_scripts_keeps_its_own_policy(tmp_path: Path) -> None:
    _, text = configuration("netlify", plan(tmp_path, Form(single_file=True)))
    assert tomllib.loads(text)["headers"][0]["values"]["Content-Security-Policy"] == "frame-ancestors 'self'"


def test_workflows_are_yaml_and_publish_the_branch(tmp_path: Path) -> None:
    for host in ("pages", "cloudflare"):
        name, text = configuration(host, plan(tmp_path, domain="a.example.org"))
        told = yaml.safe_load(text)
        assert name == f".github/workflows/{host}.yml"
        assert told[True]["push"]["branches"] == ["trunk"]  # YAML takes `on` for true, as GitHub knows
        steps = told["jobs"]["publish"]["steps"]
        assert "deckwright build --frozen" in [step.get("run") for step in steps]
        script = "".join(step.get("run", "") for step in steps)
        assert ("echo a.example.org > site/CNAME" in script) == (host == "pages")
        assert ("/other/media/*\n  Cache-Control: public" in script) == (host == "cloudflare")


def test_the_project_that_is_deckwright_installs_itself(tmp_path: Path) -> None:
    assert install_command(tmp_path) == "pip install deckwright==0.1.0"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "deckwright"\n')
    assert install_command(tmp_path) == "pip install ."


@pytest.mark.parametrize(
    ("remote", "domain", "address"),
    [
        ("git@github.com:Ada/talk.git", "", "https://ada.github.io/talk/"),
        ("https://github.com/ada/ada.github.io", "", "https://ada.github.io/"),
        ("https://github.com/ada/talk/", "a.org", "https://a.org/"),
        ("/some/where", "", ""),
    ],
)
def test_where_it_is_to_be_seen(remote: str, domain: str, address: str) -> None:
    assert web_address(remote, domain) == address

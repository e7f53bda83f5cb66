"""What hosts want to be told: how to build the site without running a cell, and which headers to send."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from deckwright import __version__
from deckwright.errors import DeckError, Place
from deckwright.project import Form
from deckwright.render.policy import policy

WRITTEN = "# Written by `deckwright publish --to {}`, which replaces it as long as this line is here."
FRAMES = "frame-ancestors 'self'"  # the speaker view shows the page in frames; a page cannot say this of itself
FOREVER = "public, max-age=31536000, immutable"  # the names in media/ change with their content
PYTHON = "3.12"

NETLIFY = """{written}
# Publishes the results that are committed in slides/.frozen: runs no cell, needs none of their libraries.

[build]
  command = "{install} && {build}"
  publish = "site"

[build.environment]
  PYTHON_VERSION = "{python}"
{headers}"""

WORKFLOW = """{written}
# Publishes the results that are committed in slides/.frozen: runs no cell, needs none of their libraries.
name: Publish slides

on:
  push:
    branches: [{branch}]
  workflow_dispatch:

permissions:
  contents: read
{permissions}
jobs:
  publish:
    runs-on: ubuntu-latest
{environment}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "{python}"
      - run: {install}
      - run: {build}
{deploy}"""

PAGES = {
    "permissions": "  pages: write\n  id-token: write\n\nconcurrency:\n  group: pages\n",
    "environment": """    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
""",
    "deploy": """{domain}      - uses: actions/upload-pages-artifact@v3
        with:
          path: site
      - id: deployment
        uses: actions/deploy-pages@v4
""",
}
CLOUDFLARE = """      - name: Headers
        run: |
          cat > site/_headers <<'END'
{headers}          END
      # CLOUDFLARE_PROJECT is a variable of the repository, the other two are secrets.
      - run: npx wrangler pages deploy site --project-name "${{ vars.CLOUDFLARE_PROJECT }}"
        env:
          CLOUDFLARE_API_TOKEN: ${{ secrets.CLOUDFLARE_API_TOKEN }}
          CLOUDFLARE_ACCOUNT_ID: ${{ secrets.CLOUDFLARE_ACCOUNT_ID }}
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be published, and from where."""

    root: Path
    decks: Sequence[str]  # their names
    form: Form
    branch: str  # whose changes are published
    domain: str = ""  # the site's own, as a CNAME file has it


def configuration(host: str, plan: Plan) -> tuple[str, str]:
    """The path and the text of the file that the host reads."""
    written, install = WRITTEN.format(host), install_command(plan.root)
    common = {"written": written, "install": install, "build": build_command(plan.form), "python": PYTHON}
    if host == "netlify":
        return "netlify.toml", NETLIFY.format(**common, headers=netlify_headers(plan))
    if host == "cloudflare":
        parts = {"permissions": "", "environment": "", "deploy": CLOUDFLARE.replace("{headers}", header_lines(plan))}
    else:
        parts = PAGES | {"deploy": PAGES["deploy"].replace("{domain}", domain_step(plan.domain))}
    return f".github/workflows/{host}.yml", WORKFLOW.format(**common, **parts, branch=json.dumps(plan.branch))


def headers(plan: Plan) -> list[tuple[str, dict[str, str]]]:
    """For each pattern of addresses what to send. A page that holds its scripts has a policy that only it can tell."""
    rule = FRAMES if plan.form.single_file else f"{policy()}; {FRAMES}"
    everywhere = {"Content-Security-Policy": rule, "X-Content-Type-Options": "nosniff"}
    media = [f"/{deck}/media/*" if deck else "/media/*" for deck in plan.decks]
    return [("/*", everywhere), *((pattern, {"Cache-Control": FOREVER}) for pattern in media)]


def netlify_headers(plan: Plan) -> str:
    """The headers as netlify.toml has them."""
    parts = []
    for pattern, values in headers(plan):
        lines = "".join(f"    {name} = {json.dumps(value)}\n" for name, value in values.items())
        parts.append(f"\n[[headers]]\n  for = {json.dumps(pattern)}\n  [headers.values]\n{lines}")
    return "".join(parts)


def header_lines(plan: Plan) -> str:
    """The headers as a file `_headers` has them, in a workflow."""
    lines = []
    for pattern, values in headers(plan):
        lines += [pattern, *(f"  {name}: {value}" for name, value in values.items())]
    return "".join(f"          {line}\n" for line in lines)


def domain_step(domain: str) -> str:
    """What keeps the site's own domain."""
    return f"      - run: echo {domain} > site/CNAME\n" if domain else ""


def build_command(form: Form) -> str:
    """What builds the site anywhere."""
    options = ["" if form.notes else " --without-notes", " --single-file" if form.single_file else ""]
    return f"deckwright build --frozen{''.join(options)}"


def install_command(root: Path) -> str:
    """What installs this deckwright elsewhere: from the project itself, from where it was installed, by its version."""
    own = root / "pyproject.toml"
    if own.is_file() and re.search(r'^name\s*=\s*"deckwright"', own.read_text("utf-8"), re.MULTILINE):
        return "pip install ."
    source = json.loads(metadata.distribution("deckwright").read_text("direct_url.json") or "{}")
    if "vcs_info" in source:
        return f"pip install {source['vcs_info']['vcs']}+{source['url']}@{source['vcs_info']['commit_id']}"
    return f"pip install deckwright=={__version__}"


def write(host: str, plan: Plan) -> Path:
    """Write the file. Raises DeckError where somebody else wrote one."""
    name, text = configuration(host, plan)
    path = plan.root / name
    if path.exists() and not path.read_text("utf-8").startswith("# Written by `deckwright publish"):
        remedy = "Move it away, run this again, and take over from it what you need."
        raise DeckError("already there, and not written by deckwright", Place(name, 0), remedy)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
    return path

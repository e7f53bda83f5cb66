"""The bugs that `tests/mutants.py` plants in the engine: what an engineer may get wrong on a bad day.

Each row has a text that stands once in a file under src/deckwright/execute, what is put in its place, and the tests
that are tried first.
"""

from typing import NamedTuple


class Bug(NamedTuple):
    """One small change of the source."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def cases(*names: str) -> tuple[str, ...]:
    """Decks by name, of the catalogue."""
    return tuple(f"test_tricky.py::test_case[{name}]" for name in names)


def restoring(*names: str) -> tuple[str, ...]:
    """Values by name, that must come back without running anything."""
    return tuple(f"test_restoring.py::test_nothing_runs_again[{name}]" for name in names)


KINDS = 'kinds = (("file", "files"), ("folder", "folders"), ("kind", "kinds"), ("variable", "environment"))'
LISTED = "for name, ambient in AMBIENTS.items() if name in self.known"
RANDOM = "test_tricky.py::test_case[random state without a seed]"

BUGS = (
    # Whether a known result holds
    Bug(
        "the newest result holds, whatever it was made of",
        "walk/walk.py", "if self.holds(trace, index) and ", "if ",
        cases("early cutoff"),
    ),
    Bug(
        "only the first of a step's results is tried",
        "walk/walk.py", "                yield row, from_json(content)", "                yield row, from_json(content)\n                return",
        cases("undo"),
    ),
    Bug(
        "`cache: never` is forgotten",
        "walk/walk.py", "if not self.fresh and not is_never_kept(self.steps[index]):", "if not self.fresh:",
        cases("cache: never"),
    ),
    Bug(
        "a result from before a monkeypatch holds after it",
        "walk/walk.py", 'if scope.entangled and "past" not in trace.inputs:', "if False:",
        cases("monkeypatching"),
    ),
    Bug(
        "an entangled step does not take note of its past",
        "walk/record.py", "if names.history or scope.entangled:", "if names.history:",
        cases("monkeypatching"),
    ),
    Bug(
        "the past is told by outputs alone, not by what came in",
        "trace.py", "past = digest_of(scope.past, self.origin, self.meaning, self.shown)", "past = digest_of(scope.past, self.meaning, self.shown)",
        cases("a function of a module replaced"),
    ),
    Bug(
        "libraries may be patched unseen",
        "inside/agent.py", 'found["entangled"] or self.meddling.found() or self.running_threads()', 'found["entangled"] or self.running_threads()',
        cases("monkeypatching"),
    ),
    Bug(
        "threads may go on unseen",
        "inside/agent.py", "self.meddling.found() or self.running_threads()", "self.meddling.found()",
        cases("a thread that goes on running"),
    ),
    Bug(
        "classes may be changed in place unseen",
        "inside/ledger.py", '"entangled": entangled or (hidden and', '"entangled": (hidden and',
        cases("two names of one class", "a counter in a class"),
    ),
    # What a step reads
    Bug(
        "what functions read is forgotten",
        "scope.py", "+= definitions[key].reads", "+= ()",
        cases("a function reads a global"),
    ),
    Bug(
        "what closures read is forgotten",
        "scope.py", "+= values[name].reads", "+= ()",
        cases("a closure reads a global"),
    ),
    Bug(
        "`globals()` and `exec` are taken for plain functions",
        "walk/record.py", "    if names.everything or may_read_all(reading):", "    if False:",
        cases("exec and globals"),
    ),
    Bug(
        "a step that may read everything gets what it names",
        "walk/reading.py", "    if names.everything or may_read_all(found):", "    if False:",
        cases("exec and globals"),
    ),
    Bug(
        "how values share objects is no input",
        "walk/record.py", 'return found | ({"sharing " + "\\t".join(sharing): scope.sharing(sharing)} if len(sharing) > 1 else {})', "return found",
        cases("one object or two equal ones"),
    ),
    Bug(
        "which names share what a step changes is no input",
        "walk/record.py", 'later: list[str] = [f"group {name}" for name in touched if scope.values[name].runs]', "later: list[str] = []",
        cases("mutation through an alias"),
    ),
    Bug(
        "a function that binds a name goes its way unseen",
        "analysis/names.py", '"LOAD_GLOBAL", "STORE_GLOBAL", ', '"LOAD_GLOBAL", ',
        cases("a function that binds a global name to what it is"),
    ),
    Bug("the content of files is no input", "walk/record.py", KINDS, KINDS.replace('("file", "files"), ', ""), cases("a file from outside")),
    Bug("what lies in a folder is no input", "walk/record.py", KINDS, KINDS.replace('("folder", "folders"), ', ""), cases("a folder listed")),
    Bug("whether a file is there is no input", "walk/record.py", KINDS, KINDS.replace('("kind", "kinds"), ', ""), cases("a file that may be there")),
    Bug("variables are no input", "walk/record.py", KINDS, KINDS.replace(', ("variable", "environment")', ""), cases("environment from outside")),
    Bug(
        "declared files are forgotten",
        "walk/record.py", '    later += [f"files {pattern}" for pattern in present.declared(index)]\n', "",
        cases("files that are declared"),
    ),
    Bug(
        "the author's modules are no input",
        "walk/record.py", 'later += module_inputs(scope.modules(reading) | names.imports, report["modules"], present)', "",
        cases("a module of the author edited"),
    ),
    Bug(
        "modules are an input of the step that imports them alone",
        "walk/record.py", "module_inputs(scope.modules(reading) | names.imports,", "module_inputs(names.imports,",
        cases("a module of the author edited"),
    ),
    Bug(
        "a slice of a module lacks what its statements use",
        "analysis/slices.py", "        for name in statement.reads:\n", "        for name in ():\n",
        ("test_modules.py",),
    ),
    Bug(
        "versions of libraries are no input",
        "walk/record.py", "later.append(f\"libraries {present.store.put(libraries_content(report['libraries']))}\")", "",
        ("test_restoring.py::test_another_version_of_a_library_counts_where_it_is_imported",),
    ),
    Bug(
        "variables that steer how libraries compute are no input",
        "walk/record.py", 'found = ["platform"]', "found = list[str]()",
        cases("how libraries compute"),
    ),
    Bug("the seed is no input", "walk/record.py", '        found.append("seed")', "        pass", ("test_restoring.py::test_another_seed_counts_where_something_is_drawn",)),
    Bug(
        "the size of figures is no input",
        "walk/record.py", '        found.append("figure")', "        pass",
        ("test_restoring.py::test_another_size_counts_where_something_is_plotted",),
    ),
    Bug(
        "the code that a traceback quotes is no input",
        "walk/record.py", "if names.source or quotes_code(outputs):", "if names.source:",
        cases("a traceback quotes a comment"),
    ),
    # What a step did
    Bug(
        "a change in place goes unnoticed",
        "inside/ledger.py", "return before is not None and before.same(now)", "return before is not None and before.value is now.value",
        cases("mutation through an alias"),
    ),
    Bug(
        "a change in place counts for the name by which it was made alone",
        "inside/ledger.py", "        mutated |= self.groups_of(mutated | left) - bound - set(gone)\n", "        mutated -= left\n",
        cases("an alias changed, and a cell that has nothing to do with it"),
    ),
    Bug(
        "what a step changes, and then lets go of, has not changed",
        "inside/ledger.py", "left = self.changed_and_left(bound.union(gone))", "left = set[str]()",
        cases("a value that is changed, then bound anew"),
    ),
    Bug(
        "copies come beside what shares objects with the originals",
        "walk/supply.py", "return of_one_origin and all(", "return all(",
        ("test_restoring.py::test_copies_are_no_match_for_what_shares_objects",),
    ),
    Bug(
        "steps that run again find files as later ones left them",
        "walk/runner.py", "        self.undo_from(missing[0])\n", "",
        cases("a file that was read and then gets another name"),
    ),
    Bug(
        "which filters stand matters to nobody",
        "inside/filters.py", "        USED.add(FILTERS)\n        return False", "        return False",
        cases("warnings that are silenced later"),
    ),
    Bug(
        "how logging is set matters to nobody",
        "inside/loggers.py", "watch_use(logging.Logger, name, LOGGING)", "pass",
        cases("logging that is set later"),
    ),
    Bug(
        "only the cell's own text tells that it may read all",
        "walk/reading.py", "    if names.everything or may_read_all(found):", "    if names.everything:",
        cases("a function that may read all"),
    ),
    Bug(
        "who sets a logger does not depend on how it was set",
        "inside/loggers.py", "                USED.add(LOGGING)  # what comes of it depends on what was set\n", "",
        cases("settings that are set twice"),
    ),
    Bug(
        "what could not be made is made",
        "inside/observe.py", "self.written -= {path for", "_ = {path for",
        cases("a file that cannot be made"),
    ),
    Bug(
        "a file that gets another name is not read",
        "inside/observe.py", "            self.parted_with(name)\n", "",
        cases("a file that gets another name"),
    ),
    Bug(
        "who goes through all variables reads those that are there",
        "inside/environment.py", "self.found[ALL] = digest_of_all(START)", "pass",
        cases("all of the environment, shown"),
    ),
    Bug(
        "an opaque value counts as unchanged",
        "inside/ledger.py", "for name in (*unseen, *settled) if", "for name in settled if",
        cases("a half-consumed generator", "an open handle"),
    ),
    Bug(
        "a setting set to what it was counts as untouched",
        "inside/ledger.py", "for name in (*unseen, *settled) if", "for name in unseen if",
        cases("a seed that was set already"),
    ),
    Bug(
        "a generator that is not there does not notice what is changed under it",
        "walk/record.py", "    effects |= unseen_effects(groups, effects, scope)\n", "",
        cases("a list changed under its iterator"),
    ),
    Bug(
        "deletions are forgotten",
        "inside/ledger.py", "for name, known in changed.items()} | dict.fromkeys(gone)", "for name, known in changed.items()}",
        cases("a name deleted"),
    ),
    Bug("a written file is no effect", "walk/record.py", 'files=report["written"],', "files={},", cases("a file written and read")),
    Bug(
        "a removed file is no effect",
        "inside/agent.py", "in sorted(observer.written)}", "in sorted(observer.written) if Path(path).is_file()}",
        cases("a file deleted by a cell"),
    ),
    Bug(
        "a snapshot serves whatever its members are now",
        "walk/supply.py", "and (group <= self.traces[at].known or state == after.state(names))", "",
        ("test_tricky.py::test_a_snapshot_of_another_state_is_not_tried",),
    ),
    Bug(
        "what a step can only bind is not kept from it",
        "inside/agent.py", "self.ledger.withhold(names.binds)", "pass",
        cases("a name bound to the value that it has"),
    ),
    Bug(
        "what new values share with old ones is forgotten",
        "trace.py", 'replace(effect.value, runs=translated(effect.objects, scope.values, f"{index}"))', "effect.value",
        cases("mutation through an alias"),
    ),
    Bug(
        "a new class of the same text is the old one",
        "inside/definitions.py", 'key = f"{key}.{generation}" if generation else key', "key = f\"{key}\"",
        cases("a class redefined with the same text"),
    ),
    Bug(
        "whether a class of the same text is in use is no input",
        "walk/record.py", '    later += [f"class {key}" for key in report["classes"]]\n', "",
        cases("a class redefined with the same text"),
    ),
    Bug(
        "a value is told apart without the classes that it is of",
        "scope.py", "return digest_of(self.digest, *self.links) if self.links else self.digest", "return self.digest",
        cases("a class redefined with live instances"),
    ),
    # Settings of the process
    Bug("the random state is forgotten", "inside/ledger.py", LISTED, f'{LISTED} and "random" not in name', (RANDOM,)),
    Bug("the working folder is forgotten", "inside/ledger.py", LISTED, f'{LISTED} and name != "~the working folder"', cases("working folder")),
    Bug("variables that cells set are forgotten", "inside/ledger.py", LISTED, f'{LISTED} and name != "~the environment variables that cells set"', cases("environment of the deck")),
    Bug("warning filters are forgotten", "inside/ledger.py", LISTED, f'{LISTED} and name != "~which warnings are shown"', cases("warning filters")),
    Bug("the import path is forgotten", "inside/ledger.py", LISTED, f'{LISTED} and name != "~the import path"', cases("the import path")),
    Bug(
        "matplotlib's settings are forgotten",
        "inside/arrivals.py", '''USED.add("~matplotlib's settings")''', "pass",
        ("test_tricky.py::test_plot_case[rcParams that are read]",),
    ),
    Bug(
        "how NumPy prints is forgotten",
        "inside/arrivals.py", '    watch_use(core, "_array2string", "~how NumPy prints")\n', "",
        cases("numpy print options"),
    ),
    Bug(
        "settings are not put back before a run",
        "walk/supply.py", '"ambients": {name: self.ambient(name, index) for name in sorted(stale)},', '"ambients": {},',
        cases("the import path"),
    ),
    Bug(
        "the random state is not put back before a run",
        "inside/ambients.py", 'Ambient("~the random state", "", random.getstate, random.setstate, seen=True)',
        'Ambient("~the random state", "", random.getstate, lambda state: None, seen=True)',
        cases("random state restored"),
    ),
    # What a step finds in the kernel
    Bug(
        "names that share objects are restored apart",
        "walk/supply.py", "            group = scope.group(name)", "            group = frozenset([name])",
        (*cases("mutation through an alias"), *restoring("two names of a list")),
    ),
    Bug(
        "names that share objects are stored apart",
        "inside/ledger.py", "members = sorted(self.groups_of([name]))", "members = [name]",
        restoring("two names of a list"),
    ),
    Bug(
        "values are restored without the functions and classes that they refer to",
        "walk/supply.py", '"definitions": {key: astuple(scope.definitions[key]) for key in sorted(links)},', '"definitions": {},',
        restoring("an object of a class"),
    ),
    Bug(
        "names that are no longer there stay",
        "walk/supply.py", '        drop = [name for name in self.live if name[0] != "~" and self.live[name] != scope.values.get(name)]', "        drop = list[str]()",
        cases("a name deleted by a cell that does not run"),
    ),
    Bug(
        "what a new run gives is not compared with what it gave",
        "walk/runner.py", "if trace.meaning != before.meaning:", "if False:",
        ("test_restoring.py::test_what_comes_out_otherwise_counts_for_all_that_read_it",),
    ),
    Bug(
        "a snapshot that gives something else is used",
        "walk/runner.py", "        if differing or differing is None:", "        if False:",
        ("test_elsewhere.py::test_a_forged_snapshot_is_never_opened",),
    ),
    Bug(
        "files that cells wrote are not put back before a run",
        "walk/runner.py", "        self.present.put_files_back(self.scopes[index])\n", "",
        cases("a file that a cell wrote, removed by hand"),
    ),
    Bug(
        "files that cells wrote are not put back after a build",
        "walk/walk.py", "        self.present.put_files_back(self.scopes[-1])\n", "",
        cases("a file that a cell wrote, removed by hand"),
    ),
    Bug(
        "steps that use the history do without it",
        "walk/supply.py", "return bool(self.scopes[index].entangled) or names_of(self.present.steps[index].code).history", "return bool(self.scopes[index].entangled)",
        cases("history"),
    ),
    # What code is
    Bug("a `;` at the end is layout", "analysis/names.py", "[*parts, ends_in_semicolon(code, parsed[0])]", "parts", ("test_names.py",)),
    Bug(
        "constants are told apart by how they print",
        "analysis/names.py", "else repr(node.value)", "else node.value",
        ("test_names.py",),
    ),
    Bug(
        "a name that an `if` may bind is not read after it",
        "analysis/flow.py", "before_all(body, after) | before_all(orelse, after)", "before_all(body, after) | before_all(orelse, NONE)",
        ("test_names.py",),
    ),
    Bug(
        "what a `with` may bind is thought to be bound after it",
        "analysis/flow.py", "return inner | found | after", "return inner | found",
        ("test_names.py",),
    ),
    Bug(
        "the option `error` is no part of what is run",
        "walk/present.py", "names.key, str(raises(step)))", "names.key)",
        cases("an error that is no longer expected"),
    ),
    # What is kept
    Bug(
        "rows that nobody signed are believed",
        "store/store.py", 'if compare_digest(mac, signature(self.key, "trace", code, payload)):', "if mac:",
        ("test_store.py",),
    ),
    Bug(
        "notes that nobody signed are believed",
        "store/store.py", 'if compare_digest(mac, signature(self.key, "note", name, said)))', "if mac)",
        ("test_store.py",),
    ),
    Bug("torn blobs are trusted", "store/blobs.py", "    if address_of(content) == address:", "    if content:", ("test_store.py",)),
    Bug("a torn blob is never written again", "store/blobs.py", "if path.stat().st_size == len(content):", "if path.exists():", ("test_store.py",)),
    Bug(
        "rows are kept whose blobs are not",
        "store/store.py", "if self.writable and not all(map(self.has, blobs)):", "if False:",
        ("test_store.py",),
    ),
    Bug("the last good build is evicted", "store/index.py", "if excess > 0 and row not in good:", "if excess > 0:", ("test_store.py",)),
    Bug(
        "a file's size and the time that it shows stand for its content",
        "walk/present.py", "found.st_mtime_ns, found.st_ctime_ns, found.st_ino]", "found.st_mtime_ns, 0, found.st_ino]",
        ("test_surroundings.py::test_an_edit_that_keeps_size_and_time_is_seen[86400]",),
    ),
    Bug(
        "a source file that changed while a step ran counts as the old one",
        "walk/runner.py", 'if any(self.present.modules.content(name) != content for name, content in report["modules"].items()):', "if False:",
        ("test_restoring.py::test_a_source_that_changes_while_a_cell_runs_is_seen",),
    ),
    Bug(
        "what lies in an open folder is taken for what lies in the working one",
        "inside/paths.py", "    if folder < 0:\n        return path\n", "    return path\n",
        cases("a folder removed whole"),
    ),
    Bug(
        "what cannot be looked into is what it was, whatever the folder holds",
        "trace.py", '"files", "folder", "kind", ', "",
        cases("a generator over a folder", "an open thing by a declared file"),
    ),
    Bug(
        "what a step that always runs gives unseen is what it was",
        "walk/record.py", "if is_never_kept(present.steps[index]) else trace.origin", "if False else trace.origin",
        cases("a generator of a cell that always runs"),
    ),
    Bug(
        "a step that ran again has changed what was not there",
        "walk/runner.py", "before, trace.unseen)", "before, ())",
        cases("a generator beside a value that is too large to store"),
    ),
    Bug(
        "a file that was too large to store is there",
        "walk/supply.py", "lost = self.writers_of_lost_files(index)", "lost = set[int]()",
        cases("a file too large to store"),
    ),
    Bug(
        "names that the kernel began with are never the deck's",
        "inside/ledger.py", "if self.own.get(name, self) is not value and", "if name not in self.own and",
        cases("a module's own names"),
    ),
    Bug(
        "only the author's own lines set variables",
        "inside/observe.py", "return self.watching and not by_import()", "return self.watching and self.asked_by_author()",
        cases("a variable set by a library"),
    ),
    Bug(
        "loggers are set for good",
        "inside/ambients.py", 'Ambient(LOGGING, "", read_logging, write_logging, seen=True)', 'Ambient(LOGGING, "", lambda: 0, id, seen=True)',
        cases("logging that is set up once"),
    ),
    Bug(
        "what a step patches as soon as it has imported it goes unseen",
        "inside/meddling.py", "self.importing if stored else self.original", "self.original",
        cases("a library patched as it is imported"),
    ),
    Bug(
        "what the author's classes and functions hold is what their source says",
        "inside/holdings.py", "if self.known.get(name, digest) != digest:", "if False:",
        cases("what a module's class holds"),
    ),
)  # fmt: skip

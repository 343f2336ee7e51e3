"""The rooms of the training package: which may use which, and that nothing imports a command that trains.

    PYTHONPATH=training python -m unittest training/tests/test_rooms.py
"""

import ast
import functools
import graphlib
import unittest
from pathlib import Path

PACKAGE = "media2face_training"
ROOT = Path(__file__).parents[1] / PACKAGE
# What a room may import from beside itself and the modules at the top.
MAY_USE = {
    "speech": set(),
    "face": set(),
    "finder": set(),
    "rules": {"speech"},
    "dataset": {"speech", "face", "rules"},
    "voices": {"speech", "dataset"},
    "style": {"face", "rules"},
    "motion": {"speech", "face", "style"},
    "evaluation": {"speech", "face", "rules", "dataset", "style", "motion"},
    "export": {"face", "style", "motion"},
    "unpack": {"face"},
    "recipe": set(),
}
TOGETHER = {"export", "unpack", "recipe"}  # at the top, and used by nothing: they bring the rooms together


def sources():
    """{module as a tuple of names: its text}."""
    return {path.relative_to(ROOT).with_suffix("").parts: path.read_text(encoding="utf8") for path in ROOT.rglob("*.py")}


@functools.cache
def statements(text):
    """The imports of a module, those within functions too."""
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imports(module, text, known):
    """Modules of the package, as tuples, that one of its modules names in an import."""
    for node in statements(text):
        if isinstance(node, ast.Import):
            found = [(alias.name.split("."), ()) for alias in node.names]
        else:
            start = [PACKAGE, *module[: len(module) - node.level]] if node.level else []
            base = [*start, *(node.module.split(".") if node.module else [])]
            found = [(base, (alias.name,)) for alias in node.names]
        for base, name in found:
            if base[:1] == [PACKAGE]:
                whole = (*base[1:], *name)
                yield whole if whole in known or (*whole, "__init__") in known else tuple(base[1:])


def faults(texts):
    """Lines on every import that breaks a rule."""
    out = []
    for module, text in sorted(texts.items()):
        for used in imports(module, text, texts):
            arrow = f"{'.'.join(module)} imports {'.'.join(used)}"
            if used and used[-1].startswith("train_"):
                out.append(f"{arrow}: what others need of a command belongs in a module that is none")
            rooms = MAY_USE.keys() - TOGETHER
            if used and used[0] in TOGETHER:
                out.append(f"{arrow}: it brings the rooms together, none of them needs it")
            elif used and used[0] in rooms and used[0] != module[0] and used[0] not in MAY_USE.get(module[0], ()):
                out.append(f"{arrow}: {module[0]} may not use {used[0]}")
    return out


def hidden(text):
    """Names that a module imports and then gives to a function or class of its own."""
    own = {node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return sorted(own & {alias.asname or alias.name for node in statements(text) for alias in node.names})


class Rooms(unittest.TestCase):
    def test_nothing_hides_what_its_module_imports(self):
        self.assertEqual(hidden("from . import rig\ndef rig(): pass"), ["rig"])
        self.assertEqual({module: names for module, text in sources().items() if (names := hidden(text))}, {})

    def test_every_import_is_allowed(self):
        self.assertEqual(faults(sources()), [])

    def test_every_folder_is_in_the_table(self):
        folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
        self.assertEqual(folders, MAY_USE.keys() - TOGETHER)

    def test_no_room_uses_itself_by_way_of_others(self):
        list(graphlib.TopologicalSorter(MAY_USE).static_order())  # raises CycleError

    def test_no_module_imports_itself_by_way_of_others(self):
        texts = sources()
        graph = {module: set(imports(module, text, texts)) - {module} for module, text in texts.items()}
        list(graphlib.TopologicalSorter(graph).static_order())

    def test_what_the_table_allows_is_used(self):
        texts = sources()
        used = {name: set() for name in MAY_USE}
        for module, text in texts.items():
            if module[0] in used:
                used[module[0]] |= {found[0] for found in imports(module, text, texts) if found} & MAY_USE.keys() - {module[0]}
        self.assertEqual(used, MAY_USE)

    def test_a_wrong_import_is_found_however_it_is_written(self):
        room = {("speech", "__init__"): "", ("motion", "__init__"): "", ("motion", "train_denoiser"): "", ("export",): "",
                ("motion", "windows"): "", ("config",): ""}
        for module, wrong in (
                (("motion", "losses"), "from .train_denoiser import total"),
                (("motion", "losses"), "from . import windows, train_denoiser"),
                (("motion", "losses"), "def late():\n    from ..motion import train_denoiser"),
                (("motion", "losses"), f"import {PACKAGE}.motion.train_denoiser"),
                (("motion", "losses"), "from ..export import main"),
                (("speech", "mel"), "from ..motion.windows import WINDOW"),
                (("speech", "mel"), "from .. import config, motion"),
                (("config",), "from .motion import windows")):
            self.assertEqual(len(faults(room | {module: wrong})), 1, wrong)
        for module, right in (
                (("motion", "losses"), "from .windows import POSE\nfrom ..config import FPS\nimport numpy"),
                (("motion", "losses"), "from ..speech import mel"), (("export",), "from .motion import windows")):
            self.assertEqual(faults(room | {module: right}), [], right)


if __name__ == "__main__":
    unittest.main()

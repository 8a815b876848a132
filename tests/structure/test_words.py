"""What is said where: a docstring for every room and every public name, and no loose words on standard output."""

import ast

from tests.structure.sources import PACKAGES, ROOT, Function, sources


def test_every_module_says_what_it_is() -> None:
    assert [source.name for source in sources() if not (ast.get_docstring(source.tree) or "").strip()] == []


def test_every_public_class_and_function_says_what_it_is() -> None:
    silent = [
        f"{source.name}: {name}" for source in sources() for name, node in _public(source.tree, "") if not (ast.get_docstring(node) or "").strip()
    ]
    assert silent == []


def test_only_the_program_prints() -> None:
    printing = [f"{source.name}:{node.lineno}" for source in sources() if source.package != "konbini" for node in source.nodes() if _prints(node)]
    assert printing == []


def test_no_one_leaves_a_note_to_do_it_later() -> None:
    later = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "raise NotImplemented" + "Error")
    assert [f"{source.name}: {word}" for source in sources() for word in later if word in source.text] == []


def test_every_package_is_a_package() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "__init__.py").is_file()] == []


def _public(node: ast.AST, prefix: str) -> list[tuple[str, ast.ClassDef | Function]]:
    found: list[tuple[str, ast.ClassDef | Function]] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_"):
            found.append((prefix + child.name, child))
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            found += _public(child, f"{prefix}{child.name}.")
    return found


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "pprint", "breakpoint")


def test_every_part_of_a_configuration_refuses_words_it_does_not_know() -> None:
    # A misspelt setting must be an error: taken as absent, it would silently leave the default in force.
    lenient = [
        f"{source.name}: {node.name}"
        for source in sources()
        if source.name.endswith("/config.py")
        for node in source.nodes()
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "msgspec.Struct" for base in node.bases)
        if not any(word.arg == "forbid_unknown_fields" and ast.unparse(word.value) == "True" for word in node.keywords)
    ]
    assert lenient == []

"""JSON that popfetch printed, held against schemas/. Needs jsonschema (python3-jsonschema)."""

import json
import pathlib

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas"


def validator(name):
    schema = json.loads((FOLDER / f"{name}.json").read_text())
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def documents(text):
    """One document, or one on each line."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def schema_of(document, command):
    """The schema for what a command printed: its own, or that of an error or event."""
    named = {"error": "error", "plan": "plan"}
    if "event" in document:
        return named.get(document["event"], "event")
    return {"delete": "list"}.get(command, command)      # delete --dry-run lists what would go


def complaints(document, name):
    """What is wrong, as lines; of alternatives, what is wrong with the likeliest."""
    return [f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in map(deepest, validator(name).iter_errors(document))]


def deepest(error):
    while error.context:
        error = jsonschema.exceptions.best_match([error])
        if not error.context:
            break
    return error

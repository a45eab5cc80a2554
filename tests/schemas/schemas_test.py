#!/usr/bin/env python3
"""schemas/ are schemas, what popfetch prints fits them, and what it does not print does not.

usage: schemas_test.py; exit status 77 without jsonschema
"""

import copy
import json
import pathlib
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing: nothing was tested")
    sys.exit(77)

sys.dont_write_bytecode = True
from documents import FOLDER, complaints, documents, validator

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "output" / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def examples(name):
    """Every object of the golden files of that kind."""
    texts = [path.read_text() for path in GOLDEN.glob(f"{name}.*json")]
    return [document for text in texts for document in documents(text)]


def objects(node):
    """The node and all objects inside it."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from objects(child)


class Schemas(unittest.TestCase):
    def test_each_is_a_schema_of_its_draft(self):
        for name in NAMES:
            with self.subTest(name):
                schema = json.loads((FOLDER / f"{name}.json").read_text())
                jsonschema.Draft202012Validator.check_schema(schema)
                self.assertEqual(schema["$id"], f"urn:popfetch:schema:1:{name}")

    def test_every_kind_has_examples_and_they_fit(self):
        for name in NAMES:
            self.assertTrue(examples(name), f"no golden file for {name}")
            for document in examples(name):
                with self.subTest(name):
                    self.assertEqual(complaints(document, name), [])

    def test_every_golden_file_has_a_schema(self):
        self.assertEqual(sorted({path.stem for path in GOLDEN.glob("*json")}), NAMES)

    def test_every_alternative_has_an_example(self):
        for name in NAMES:
            schema = json.loads((FOLDER / f"{name}.json").read_text())
            for alternative in schema.get("oneOf", []):
                part = validator(name).evolve(schema={**alternative, "$defs": schema["$defs"]})
                with self.subTest(name, alternative=alternative["$ref"]):
                    self.assertTrue(any(part.is_valid(document) for document in examples(name)))

    def test_no_object_may_have_a_field_that_is_not_named(self):
        for name in NAMES:
            for document in examples(name):
                for at in range(len(list(objects(document)))):
                    changed = copy.deepcopy(document)
                    list(objects(changed))[at]["no_such_field"] = 1
                    with self.subTest(name, at=at):
                        self.assertFalse(validator(name).is_valid(changed))

    def test_no_number_may_be_text_and_no_text_a_number(self):
        for name in NAMES:
            for document in examples(name):
                for field, value in document.items():
                    if isinstance(value, (list, dict)) or value is None:
                        continue
                    changed = {**document, field: str(value) if isinstance(value, (int, float)) else 1}
                    with self.subTest(name, field=field):
                        self.assertFalse(validator(name).is_valid(changed))

    def test_what_names_the_kind_cannot_be_missing(self):
        for name in NAMES:
            for document in examples(name):
                for field in ("schema", "event", "account", "messages", "number", "uid", "size", "count"):
                    if field not in document:
                        continue
                    changed = {key: value for key, value in document.items() if key != field}
                    if name == "event" and document["event"] == "error":
                        continue  # an error may be nobody's
                    with self.subTest(name, field=field):
                        self.assertFalse(validator(name).is_valid(changed))

    def test_times_are_in_utc_and_octets_are_whole(self):
        listed = examples("list")[0]
        for path, wrong in [("octets", 1.5), ("octets", -1), ("octets", 2**64), ("octets", "12")]:
            self.assertFalse(validator("list").is_valid({**listed, path: wrong}))
        self.assertTrue(validator("list").is_valid({**listed, "octets": 2**64 - 1}))
        for wrong in ("2026-11-21T08:15:00+01:00", "2026-11-21", "now", "2026-11-21T08:15:00.5Z"):
            changed = copy.deepcopy(listed)
            changed["messages"][0]["date"] = wrong
            self.assertFalse(validator("list").is_valid(changed))


if __name__ == "__main__":
    unittest.main()

"""Bugs are planted where they belong, sleep until they are called, and are credited to who finds them."""

import shutil
import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import plant
from layers import Room
from plant import Bug, Find, Mistake

TEXT = "int f(int x) {\n    if (x < limit) return g(x);\n    ++count;\n    return 0;\n}\n"


def bug(name="off-by-one", where="x < limit", instead="x <= limit", kind="expression"):
    return Bug(name, "almon/sip/a.cpp", where, instead, kind, "breaks it")


def entry(name="a", kind="statement"):
    return (
        f'[[bug]]\nname = "{name}"\nfile = "almon/sip/a.cpp"\nkind = "{kind}"\nwhere = "x"\n'
        'instead = ""\nbreaks = "it"\n'
    )


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


class Planting(unittest.TestCase):
    def test_an_expression_becomes_a_choice(self):
        planted = plant.planted_text(TEXT, [bug()])
        self.assertIn('if ((planted("off-by-one") ? (x <= limit) : (x < limit))) return g(x);', planted)

    def test_a_statement_becomes_a_branch(self):
        planted = plant.planted_text(TEXT, [bug("forgotten", "++count;", "", "statement")])
        self.assertIn('if (planted("forgotten")) {  } else { ++count; }', planted)

    def test_bugs_of_one_place_sleep_side_by_side(self):
        planted = plant.planted_text(TEXT, [bug("one"), bug("two", instead="x > limit")])
        self.assertIn(
            '(planted("two") ? (x > limit) : ((planted("one") ? (x <= limit) : (x < limit))))', planted
        )

    def test_a_file_without_bugs_stays_as_it_is(self):
        self.assertEqual(plant.planted_text(TEXT, []), TEXT)

    def test_lines_keep_their_numbers(self):
        first, line, rest = plant.planted_text(TEXT, [bug()]).split("\n", 2)
        self.assertEqual((first, line), ('#include "planted.hpp"', "#line 1"))
        self.assertEqual(rest.count("\n"), TEXT.count("\n"))

    def test_a_place_that_is_gone_or_not_the_only_one_is_a_mistake(self):
        for where in ("y < limit", "return"):
            with self.assertRaises(Mistake):
                plant.planted_text(TEXT, [bug(where=where)])

    def test_places_that_overlap_are_a_mistake(self):
        with self.assertRaises(Mistake):
            plant.planted_text(TEXT, [bug(), bug("two", where="if (x < limit)")])


class Reading(unittest.TestCase):
    def test_the_list_of_bugs_is_in_order_and_fits_the_sources(self):
        bugs = plant.read_bugs(plant.BUGS.read_text("utf-8"))
        for one in bugs:
            self.assertEqual((plant.ROOT / one.file).read_text("utf-8").count(one.where), 1, one.name)
            self.assertTrue(one.breaks.endswith("."), one.name)

    def test_a_name_that_stands_twice_and_a_kind_that_nobody_knows_are_mistakes(self):
        for text in (entry() + entry(), entry(kind="magic")):
            with self.assertRaises(Mistake):
                plant.read_bugs(text)


class Mirroring(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root, self.copy = Path(self.folder.name) / "root", Path(self.folder.name) / "copy"
        rest = {name if "." in name else f"{name}/rest": "" for name in plant.COPIED}
        write(self.root, rest | {"almon/sip/a.cpp": TEXT, "almon/sip/b.cpp": "b\n"})

    def mirror(self):
        plant.mirror(self.root, self.copy, [bug()])
        return {file.relative_to(self.copy).as_posix() for file in self.copy.rglob("*") if file.is_file()}

    def test_the_copy_has_the_bugs_and_the_sources_have_none(self):
        self.assertIn("planted.hpp", self.mirror())
        self.assertIn("planted(", (self.copy / "almon/sip/a.cpp").read_text())
        self.assertEqual((self.root / "almon/sip/a.cpp").read_text(), TEXT)

    def test_what_has_not_changed_is_not_written_again(self):
        self.mirror()
        before = {file: file.stat().st_mtime_ns for file in self.copy.rglob("*.cpp")}
        (self.root / "almon/sip/b.cpp").write_text("c\n")
        self.mirror()
        changed = [file.name for file in before if file.stat().st_mtime_ns != before[file]]
        self.assertEqual(changed, ["b.cpp"])

    def test_what_is_gone_goes_from_the_copy_too(self):
        self.mirror()
        (self.root / "almon/sip/b.cpp").unlink()
        self.assertNotIn("almon/sip/b.cpp", self.mirror())

    def test_a_bug_in_a_file_that_is_gone_is_a_mistake(self):
        (self.root / "almon/sip/a.cpp").unlink()
        with self.assertRaises(Mistake):
            self.mirror()


class Finding(unittest.TestCase):
    TABLE = {
        "base": Room("0", (), 1),
        "sip": Room("1", ("base",), 2),
        "net": Room("side", ("base",), 3),
        "host": Room("4", ("sip", "net"), 4),
    }

    def test_the_rooms_above_are_asked_after_the_bugs_own(self):
        self.assertEqual(plant.rooms_for("sip", self.TABLE), ["sip", "host"])
        self.assertEqual(plant.rooms_for("base", self.TABLE), ["base", "sip", "net", "host"])

    def test_the_first_case_with_an_error_is_named_not_one_with_a_message(self):
        line = "=" * 79
        output = (
            f"{line}\na.cpp:1:\nTEST CASE:  it talks\n\na.cpp:2: MESSAGE: hello\n\n"
            f"{line}\na.cpp:5:\nTEST CASE:  it breaks, sometimes\n\na.cpp:6: ERROR: CHECK( no )\n\n{line}\n"
        )
        self.assertEqual(plant.failed_case(output), "it breaks, sometimes")
        self.assertIsNone(plant.failed_case("[doctest] Status: SUCCESS!"))

    def test_a_rule_is_told_without_who_and_when(self):
        told = '192.0.2.1:5060 broke "one final response, not 200 a and 481 b" with SIP/2.0 481 No, call x@y'
        self.assertEqual(plant.rule_in(told), "one final response")
        self.assertEqual(plant.rule_in("one side only is in call x@y"), "one side only is in a call")

    def test_a_program_that_is_called_with_a_bug_knows_which(self):
        shell = ["sh", "-c", 'echo "$ALMON_PLANTED"; exit 3']
        with tempfile.TemporaryDirectory() as folder:
            with unittest.mock.patch.object(plant, "BUILD", Path(folder)):
                self.assertEqual(plant.run(bug(), shell), (3, "off-by-one\n"))
                self.assertEqual(plant.run(None, shell), (3, "\n"))


class Waking(unittest.TestCase):
    PROGRAM = """#include "planted.hpp"
        #include <cstdio>
        static_assert(!planted("a"));
        int main() { std::puts(planted("a") ? "wrong" : "right"); }
        """

    def test_a_bug_wakes_when_its_name_is_called_and_not_else(self):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), {"a.cpp": self.PROGRAM, plant.HEADER: plant.HEADER_TEXT})
            compiler = ["clang++-19", "-std=c++23", "-o", "a", "a.cpp"]
            if shutil.which(compiler[0]) is None:
                self.skipTest("there is no compiler")
            subprocess.run(compiler, cwd=folder, check=True)
            told = {
                name: subprocess.run(["./a"], cwd=folder, env=env, capture_output=True, check=True).stdout
                for name, env in (("a", {"ALMON_PLANTED": "a"}), ("b", {"ALMON_PLANTED": "b"}), ("", {}))
            }
        self.assertEqual(told, {"a": b"wrong\n", "b": b"right\n", "": b"right\n"})


class Telling(unittest.TestCase):
    FINDS = [
        (bug("one"), Find(plant.SIMULATOR, "seed 3: a rule"), 0.25),
        (bug("two"), Find("sip_tests", "a | b"), 1.0),
        (bug("three"), None, 9.0),
    ]

    def test_the_table_counts_who_found_what(self):
        table = plant.table_of(self.FINDS, 12.3)
        counts = "3 bugs: 1 found by the simulator, 1 by a unit test, 1 by nobody; 12 s in all."
        self.assertEqual(table.splitlines()[0], counts)
        self.assertIn("| two | `sip/a.cpp` | breaks it | sip_tests | a \\| b | 1.0 |", table)
        self.assertIn("| three | `sip/a.cpp` | breaks it | **nobody** |  | 9.0 |", table)

    def test_the_table_replaces_the_one_before_and_nothing_else(self):
        page = "above\n" + "\nold\n".join(plant.MARKERS) + "\nbelow\n"
        new = plant.with_table(page, "new")
        self.assertEqual(new, "above\n" + "\nnew\n".join(plant.MARKERS) + "\nbelow\n")
        self.assertEqual(plant.with_table(new, "new"), new)


if __name__ == "__main__":
    unittest.main()

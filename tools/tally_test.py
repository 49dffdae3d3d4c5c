"""The sum at the end of ./dev test never hides a failure."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import tally
from tally import Count


def junit(*cases):
    return "<testsuite>" + "".join(cases) + "</testsuite>"


def case(output="", failure=False, status="run"):
    fault = '<failure message="Failed"/>' if failure else ""
    return f'<testcase name="unit.base" status="{status}">{fault}<system-out>{output}</system-out></testcase>'


def doctest(passed, failed):
    return f"[doctest] test cases:  {passed + failed} |  {passed} passed | {failed} failed | 0 skipped\n"


class Junit(unittest.TestCase):
    def count(self, *cases):
        return tally.of_junit(junit(*cases))

    def test_a_doctest_program_counts_as_its_cases(self):
        self.assertEqual(self.count(case(doctest(12, 0)), case(doctest(3, 0))), Count(15, 0))

    def test_failed_cases_count_each(self):
        self.assertEqual(self.count(case(doctest(10, 2), failure=True, status="fail")), Count(10, 2))

    def test_other_programs_count_as_one(self):
        self.assertEqual(self.count(case("hello"), case("oh", failure=True, status="fail")), Count(1, 1))

    def test_a_crash_before_the_summary_is_a_failure(self):
        self.assertEqual(self.count(case("SIGSEGV", failure=True, status="fail")), Count(0, 1))

    def test_a_leak_after_a_good_summary_is_a_failure(self):
        self.assertEqual(self.count(case(doctest(10, 0) + "LeakSanitizer", failure=True)), Count(10, 1))

    def test_what_was_not_run_is_a_failure(self):
        self.assertEqual(self.count(case(status="notrun")), Count(0, 1))


class Steps(unittest.TestCase):
    def count(self, status, **files):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            for suffix, text in files.items():
                (Path(folder) / f"step.{suffix}").write_text(text)
            return tally.of_step(Path(folder), "step", status)

    def test_a_step_without_results_counts_as_one(self):
        self.assertEqual((self.count(0), self.count(1)), (Count(1, 0), Count(0, 1)))

    def test_results_count_as_what_they_say(self):
        self.assertEqual(self.count(0, json='{"passed": 7, "failed": 0}'), Count(7, 0))

    def test_a_step_that_failed_without_saying_so_is_a_failure(self):
        self.assertEqual(self.count(1, json='{"passed": 7, "failed": 0}'), Count(7, 1))

    def test_a_step_in_which_no_test_ran_is_a_failure(self):
        self.assertEqual(self.count(0, json='{"passed": 0, "failed": 0}'), Count(0, 1))
        self.assertEqual(self.count(0, xml="<testsuite/>"), Count(0, 1))

    def test_results_that_cannot_be_read_are_a_failure(self):
        self.assertEqual(self.count(0, xml="<testsuite>"), Count(0, 1))
        self.assertEqual(self.count(0, json='{"passed": 7}'), Count(0, 1))


class Main(unittest.TestCase):
    def run_on(self, steps):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as output:
            (Path(folder) / "steps").write_text(steps)
            return tally.main(Path(folder)), output.getvalue().splitlines()[-1]

    def test_the_last_line_is_the_sum(self):
        self.assertEqual(self.run_on("a\t0\t3\tlint\nb\t0\t4\tbuild\n"), (0, "2 passed, 0 failed"))

    def test_one_failure_fails_the_run(self):
        self.assertEqual(self.run_on("a\t0\t3\tlint\nb\t2\t4\tbuild\n"), (1, "1 passed, 1 failed"))


if __name__ == "__main__":
    unittest.main()

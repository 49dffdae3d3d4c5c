"""The style checks find what they are for, and nothing else."""

import unittest

import cpp
import tidy


def faults(text, path="almon/sip/a.cpp"):
    return [(finding.line, finding.what) for finding in tidy.check_text(path, text)]


def function_of(lines):
    return "namespace almon::sip {\nint f(int x) {\n" + "    ++x;\n" * (lines - 2) + "}\n}\n"


class Code(unittest.TestCase):
    def test_comments_and_strings_go_and_lines_stay(self):
        text = 'int a = 1\'000; // {\nauto b = "}{";\n/* {\n */ auto c = R"x(")" {)x"; char d = \'{\';\n'
        code = cpp.without_comments(text)
        self.assertEqual(code.count("\n"), 4)
        self.assertNotIn("{", code)
        self.assertIn("1'000", code)

    def test_functions_are_told_from_types_and_namespaces(self):
        code = """
        namespace a {
        struct S { int x() const { return 1; } };
        template <class T> class C : B<int(int)> { C() : x_(1) {} };
        int f() { if (x) { y(); } return [] { return 1; }(); }
        constexpr auto table = make(3);
        }
        """
        heads = [function.head for function in cpp.functions(code)]
        self.assertEqual(heads, ["int x() const", "C() : x_(1)", "int f()"])


class Sizes(unittest.TestCase):
    def test_a_function_may_have_seventy_lines(self):
        self.assertEqual(faults(function_of(70)), [])

    def test_a_function_of_71_lines_is_told_at_its_first_line(self):
        self.assertEqual(faults(function_of(71)), [(2, "a function of 71 lines, 70 at most")])

    def test_a_long_table_may_be_excepted(self):
        path = "almon/sip/a.cpp"
        self.assertEqual(list(tidy.check_text(path, function_of(71), {path: "a table"})), [])

    def test_columns_are_characters_and_not_bytes(self):
        self.assertEqual(faults("// " + "§" * 107 + "\n"), [])
        self.assertEqual(len(faults("// " + "§" * 108 + "\n")), 1)

    def test_a_file_has_800_lines_at_most(self):
        self.assertEqual(faults("\n" * 800), [])
        self.assertEqual(len(faults("\n" * 801)), 1)


class Names(unittest.TestCase):
    def test_a_clock_is_read_nowhere_in_the_product(self):
        text = "void f() {\n    g(std::chrono::steady_clock::now());\n}\n"
        self.assertEqual(faults(text), [(2, "`steady_clock::now`")])

    def test_a_banned_name_in_a_comment_is_just_a_word(self):
        self.assertEqual(faults("// std::regex is too slow\n"), [])

    def test_tests_do_not_sleep(self):
        text = "void f() { std::this_thread::sleep_for(1s); }\n"
        self.assertEqual(len(faults(text, "almon/sip/a_test.cpp")), 1)

    def test_headers_open_literals_at_most(self):
        self.assertEqual(len(faults("using namespace almon;\n", "almon/sip/a.hpp")), 1)
        self.assertEqual(faults("using namespace std::chrono_literals;\n", "almon/sip/a.hpp"), [])

    def test_a_list_in_a_co_await_is_told(self):
        self.assertEqual(len(faults("Task<> f() { co_await ring({1, 2}); }\n")), 1)

    def test_what_is_unfinished_has_an_issue(self):
        self.assertEqual(faults("// TO" + "DO: later\n"), [(1, "TO" + "DO without an issue")])
        self.assertEqual(faults("// TO" + "DO(#12): later\n"), [])


class Globals(unittest.TestCase):
    def test_what_can_change_is_told(self):
        changing = (
            "int count = 0;",
            "static std::vector<int> seen;",
            "unsigned long total{3};",
            "Cache* cache;",
            "thread_local int depth = 0;",
            "char buffer[100];",
        )
        for text in changing:
            with self.subTest(text):
                self.assertEqual(len(faults("namespace {\n" + text + "\n}\n")), 1)

    def test_what_cannot_change_or_is_no_variable_is_fine(self):
        fine = (
            "constexpr int limit = 3;",
            "inline constexpr CharSet digit{1};",
            "const std::string name = make();",
            "using Output = std::variant<A, B>;",
            "struct Error { int offset = 0; const char* rule = nullptr; };",
            "enum class State { calling, proceeding };",
            "int f(int x);",
            "int f(int x = 0) { int y = 0; return x + y; }",
            'TEST_CASE("it counts") { int count = 0; }',
            "template <class T> T zero{};",
            "class Forward;",
        )
        for text in fine:
            with self.subTest(text):
                self.assertEqual(faults("namespace {\n" + text + "\n}\n"), [])

    def test_a_test_may_need_one_for_a_callback_of_c(self):
        self.assertEqual(faults("int count = 0;\n", "almon/store/a_test.cpp"), [])

    def test_a_static_inside_a_function_is_a_global_too(self):
        self.assertEqual(len(faults("int f() {\n    static int calls = 0;\n    return ++calls;\n}\n")), 1)
        self.assertEqual(faults("int f() {\n    static constexpr int limit = 0;\n    return limit;\n}\n"), [])


class Tests(unittest.TestCase):
    def faults(self, paths, exceptions=()):
        return [finding.path for finding in tidy.check_tests(paths, exceptions)]

    def test_a_source_file_wants_a_test_beside_it(self):
        self.assertEqual(self.faults(["almon/sip/a.cpp"]), ["almon/sip/a.cpp"])
        self.assertEqual(self.faults(["almon/sip/a.cpp", "almon/sip/a_test.cpp"]), [])

    def test_or_a_reason(self):
        self.assertEqual(self.faults(["almon/sip/a.cpp"], {"almon/sip/a.cpp": "why"}), [])

    def test_an_exception_for_a_file_that_is_gone_is_told(self):
        exceptions = {"untested": {"a.cpp": "why"}, "tested_by": {"b.cpp": "c_test.cpp"}, "long_functions": {}}
        self.assertEqual(len(list(tidy.check_exceptions(["a.cpp"], exceptions))), 2)
        self.assertEqual(list(tidy.check_exceptions(["a.cpp", "b.cpp", "c_test.cpp"], exceptions)), [])


if __name__ == "__main__":
    unittest.main()

"""The layer checks find what they are for, and nothing else."""

import unittest

import layers

TABLE = """
almon_library(base FLOOR 0 EXPOSES tl::expected)
almon_library(sip FLOOR 1 DEPENDS base)
almon_library(sdp FLOOR 1 DEPENDS base)
almon_library(stack FLOOR 2 DEPENDS sip)
almon_library(net FLOOR side THREADED DEPENDS base PACKAGES Threads::Threads)
almon_library(host FLOOR 4 DEPENDS stack net
              PACKAGES spdlog::spdlog)
"""


def table(*more):
    return layers.read_table(TABLE + "\n".join(more))


def includes(path, text):
    return [finding.what for finding in layers.check_includes(table(), path, text)]


class Table(unittest.TestCase):
    def faults(self, *more):
        return [finding.what for finding in layers.check_table(table(*more))]

    def test_floor_and_edges_are_read(self):
        self.assertEqual(table()["host"], layers.Room("4", ("stack", "net"), 7))

    def test_the_house_as_planned_is_sound(self):
        self.assertEqual(self.faults(), [])

    def test_a_pure_floor_knows_no_side_room(self):
        self.assertEqual(len(self.faults("almon_library(server FLOOR 3 DEPENDS net)")), 1)

    def test_rooms_of_one_floor_do_not_know_each_other(self):
        self.assertEqual(len(self.faults("almon_library(rtp FLOOR 1 DEPENDS sip)")), 1)

    def test_a_side_room_knows_base_only(self):
        self.assertEqual(len(self.faults("almon_library(store FLOOR side DEPENDS net)")), 1)

    def test_a_room_without_floor_or_with_an_unknown_neighbour_is_told(self):
        self.assertEqual(len(self.faults("almon_library(ua DEPENDS cellar)")), 2)

    def test_what_is_below_what_is_below_may_be_included(self):
        self.assertEqual(layers.reachable(table(), "stack"), {"stack", "sip", "base"})


class Includes(unittest.TestCase):
    def test_downwards_is_fine(self):
        text = '#include "almon/base/id.hpp"\n#include <vector>\n'
        self.assertEqual(includes("almon/stack/a.cpp", text), [])

    def test_upwards_is_not(self):
        text = '#pragma once\n\n#include "almon/stack/stack.hpp"\n'
        (finding,) = layers.check_includes(table(), "almon/sip/a.hpp", text)
        self.assertEqual((finding.path, finding.line), ("almon/sip/a.hpp", 3))

    def test_sideways_is_not(self):
        text = '#include "almon/sip/uri.hpp"\n'
        self.assertEqual(includes("almon/sdp/a.cpp", text), ["sdp may not include sip"])

    def test_a_room_that_is_not_in_the_table_is_told(self):
        self.assertEqual(len(includes("almon/attic/a.cpp", "")), 1)

    def test_a_path_beside_the_file_is_not_a_path_from_the_root(self):
        self.assertEqual(len(includes("almon/sip/a.cpp", '#include "uri.hpp"\n')), 1)

    def test_heavy_headers_stay_in_source_files(self):
        self.assertEqual(len(includes("almon/net/a.hpp", "#include <functional>\n")), 1)
        self.assertEqual(includes("almon/net/a.cpp", "#include <functional>\n"), [])
        self.assertEqual(includes("almon/host/a.hpp", "#include <boost/json/fwd.hpp>\n"), [])

    def test_a_pure_room_opens_no_files_but_its_tests_may_read_vectors(self):
        self.assertEqual(len(includes("almon/sip/a.cpp", "#include <fstream>\n")), 1)
        self.assertEqual(includes("almon/sip/a_test.cpp", "#include <fstream>\n"), [])
        self.assertEqual(includes("almon/host/a.cpp", "#include <fstream>\n"), [])

    def test_a_side_room_may_say_that_it_is_pure(self):
        rooms = table("almon_library(codec FLOOR side PURE DEPENDS base)")
        self.assertEqual((rooms["codec"].floor, rooms["codec"].depends), ("side", ("base",)))
        findings = layers.check_includes(rooms, "almon/codec/a.cpp", "#include <fstream>\n")
        self.assertEqual(len(list(findings)), 1)

    def test_libuv_lives_in_net(self):
        self.assertEqual(len(includes("almon/host/a.cpp", "#include <uv.h>\n")), 1)
        self.assertEqual(includes("almon/net/a.cpp", "#include <uv.h>\n"), [])


class Preprocessor(unittest.TestCase):
    def test_conditions_belong_to_base_and_net(self):
        text = "#ifdef __linux__\n#endif\n"
        self.assertEqual(len(list(layers.check_preprocessor("almon/sip/a.cpp", text))), 1)
        self.assertEqual(list(layers.check_preprocessor("almon/net/a.cpp", text)), [])

    def test_a_comment_about_one_is_none(self):
        self.assertEqual(list(layers.check_preprocessor("almon/sip/a.cpp", "/*\n#ifdef X\n*/\n")), [])


class Cycles(unittest.TestCase):
    def faults(self, *pairs):
        files = [(f"almon/sip/{one}/a.hpp", f'#include "almon/sip/{two}/b.hpp"\n') for one, two in pairs]
        return [finding.what for finding in layers.check_cycles(layers.folder_edges(files))]

    def test_a_line_of_folders_is_fine(self):
        self.assertEqual(self.faults(("dialog", "transaction"), ("transaction", "headers")), [])

    def test_a_ring_of_folders_is_told_at_each_edge(self):
        ring = ("dialog", "transaction"), ("transaction", "headers"), ("headers", "dialog")
        self.assertEqual(len(self.faults(*ring)), 3)


class Symbols(unittest.TestCase):
    LISTING = """
clock.cpp.o:
                 U clock_gettime@GLIBC_2.17
                 U memcpy
                 w __gmon_start__

dice.cpp.o:
                 U _ZNSt13random_device9_M_getvalEv
                 U _ZN5almon4open4sendEv
"""

    def test_clocks_and_random_devices_are_found_and_our_own_names_are_not(self):
        found = list(layers.impure_imports(self.LISTING))
        dice = ("dice.cpp.o", "_ZNSt13random_device9_M_getvalEv")
        self.assertEqual(found, [("clock.cpp.o", "clock_gettime"), dice])

    def test_a_folder_without_libraries_proves_nothing(self):
        self.assertEqual(len(list(layers.check_symbols(table(), "/nowhere"))), 1)

    def test_what_must_never_be_imported_is_known(self):
        never = "socket sendto recvmmsg epoll_wait open open64 fopen64 gettimeofday time pthread_create getrandom"
        never += " _ZNSt6thread15_M_start_threadE _ZNSt6chrono3_V212steady_clock3nowEv"
        never += " _ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1Ev"
        for symbol in never.split():
            with self.subTest(symbol):
                self.assertTrue(layers.IMPURE_SYMBOLS.fullmatch(symbol))


if __name__ == "__main__":
    unittest.main()

#!/bin/sh
# with_pkg_config.sh PKGCONFIG_FOLDER PROGRAM COMPILER FLAG…
# Builds consumer.cpp with what almon.pc says, and runs it.
set -eu
export PKG_CONFIG_PATH="$1"
program=$2
shift 2
# shellcheck disable=SC2046  # the flags are several words
"$@" "$(dirname "$0")/consumer.cpp" -o "$program" $(pkg-config --cflags --libs almon)
"$program"

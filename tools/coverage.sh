#!/usr/bin/env bash
# How much of the parsers the fuzzers' corpora reach: branches of llvm-cov, once fuzz/corpus has been run.
# tools/coverage.sh [FILE…] shows the lines of these files that were not reached.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
build=build/coverage
parsers=(almon/base/scanner.hpp almon/base/charset.hpp almon/sip/{message,uri,uri_identity,escape,host,grammar}.cpp
    almon/sip/{name_addr,parameters,qvalue,envelope,multipart}.cpp almon/sip/{values,parameters}.hpp
    almon/sip/headers/*.cpp almon/sip/headers/*.hpp almon/sip/digest/{nonce,secret,algorithm,server,client}.cpp
    almon/sip/transport/{stream_framer,head_lines}.cpp)

compile() {
    cmake -S . -B $build -G Ninja -D ALMON_FUZZ=ON -D ALMON_TESTS=OFF -D CMAKE_BUILD_TYPE=Debug \
        -D CMAKE_CXX_COMPILER=clang++-19 -D CMAKE_C_COMPILER=clang-19 -D CMAKE_CXX_FLAGS_DEBUG="-O1 -g1 \
        -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping" >$build.log
    ninja -C $build {message,uri,fields,multipart,digest,stream,transactions,server}_fuzz >>$build.log
}

run_corpora() {  # one profile for each target
    local corpus name
    rm -f $build/*.profraw
    for corpus in fuzz/corpus/*_fuzz; do
        name=$(basename "$corpus")
        [ -x "$build/fuzz/$name" ] || continue
        LLVM_PROFILE_FILE=$build/$name.profraw "$build/fuzz/$name" -runs=0 "$corpus" >/dev/null 2>&1
    done
    llvm-profdata-19 merge -o $build/all.profdata $build/*.profraw
}

objects() {
    local program
    for program in "$build"/fuzz/*_fuzz; do printf '%s\n' -object "$program"; done
}

mkdir -p build
compile
run_corpora
mapfile -t objects < <(objects)
mapfile -t parsers < <(printf '%s\n' "${parsers[@]}" | grep -v '_test\.')
if [ $# -gt 0 ]; then
    llvm-cov-19 show "${objects[@]:1:1}" "${objects[@]:2}" -instr-profile $build/all.profdata -show-branches=count \
        "${@/#/$PWD/}"
else
    llvm-cov-19 report "${objects[@]:1:1}" "${objects[@]:2}" -instr-profile $build/all.profdata "${parsers[@]/#/$PWD/}"
fi

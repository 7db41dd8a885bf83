#!/bin/sh
# Parsing, checking and linting generated projects of 2,500, 5,000 and 10,000 declarations: times, lines per second, and,
# where valgrind is installed, instructions. Growth must be linear.
#
#   tests/bench/lint.sh              as cargo test builds it
#   tests/bench/lint.sh --release    optimised
#   LAUD_SPEED_SIZES='500 1000' …    instructions of other sizes: valgrind is some forty times as slow
set -eu
cd "$(dirname "$0")/../.."

cargo test "$@" --quiet --test it speed::speed -- --ignored --nocapture

if ! command -v valgrind > /dev/null; then
    echo "instructions are not counted: valgrind is not installed"
    exit 0
fi
binary=$(cargo test "$@" --test it --no-run --message-format=json | sed -n 's/.*"executable":"\([^"]*it-[^"]*\)".*/\1/p' | tail -n 1)
count() {
    LAUD_SPEED_SIZE=$2 LAUD_SPEED_STAGE=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$binary" speed::speed --exact --ignored 2>&1 | sed -n 's/.*Collected : //p'
}
echo "declarations  instructions: parse, check (parsing included), lint (all included)"
for size in ${LAUD_SPEED_SIZES:-2500 5000 10000}; do
    nothing=$(count nothing "$size")
    echo "$size $(($(count parse "$size") - nothing)) $(($(count check "$size") - nothing)) $(($(count lint "$size") - nothing))"
done

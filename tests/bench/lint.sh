#!/bin/sh
# Parsing, checking and linting generated projects of 4,000, 8,000 and 16,000 declarations: times, lines per second, and,
# where valgrind is installed, instructions. Growth must be linear, and checking (parsing included) of the largest, of about
# 2 MB, must not take more than 1.5 times as much as parsing alone.
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
echo "declarations  instructions: parse, check (parsing included), lint (all included), check / parse"
for size in ${LAUD_SPEED_SIZES:-4000 8000 16000}; do
    nothing=$(count nothing "$size")
    parse=$(($(count parse "$size") - nothing))
    check=$(($(count check "$size") - nothing))
    lint=$(($(count lint "$size") - nothing))
    echo "$size $parse $check $lint $((check / parse)).$(printf %02d $((check * 100 / parse % 100)))"
done
if [ $((check * 100 / parse)) -gt 150 ]; then
    echo "checking the last one takes more than 1.5 times as much as parsing it"
    exit 1
fi

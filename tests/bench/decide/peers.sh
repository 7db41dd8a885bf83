#!/bin/sh
# One decision: laud beside datalogic-rs, cel, rhai and regorus; with --zen, zen-engine too (451 crates to build).
# They are built in a folder of their own, which is kept for the next time if DECIDE_PEERS names one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${DECIDE_PEERS:-$(mktemp -d)}
features=""
[ "${1:-}" = "--zen" ] && features="--features zen"

mkdir -p "$folder"
cp -R "$here/peers/." "$folder"
cd "$here/../../.."
cargo bench --bench decide -- --records "$folder/records.csv"
(cd "$folder" && CARGO_TARGET_DIR="$folder/target" cargo build --release $features)

# Taking turns, so that whatever else the machine does meets all of them.
for round in 1 2 3; do
  cargo bench --quiet --bench decide | tee -a "$folder/laud.txt"
  "$folder/target/release/decide-peers" "$folder/records.csv" | tee -a "$folder/peers.txt"
done

awk '
  FNR == NR { if (/^laud, exact/) { laud[++n] = $(NF - 1) } ; next }
  / agree$/ { name = $1 " " $2; times[name] = times[name] " " $3 }
  function middle(list, parts, count, i, j, t) {
    count = split(list, parts, " ")
    for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (parts[j] < parts[i]) { t = parts[i]; parts[i] = parts[j]; parts[j] = t }
    return parts[int((count + 1) / 2)]
  }
  END {
    for (i = 1; i <= n; i++) all = all " " laud[i]
    own = middle(all)
    printf "\nlaud %d ns\n", own
    for (name in times) printf "%-24s %8d ns   %6.1f times as long\n", name, middle(times[name]), middle(times[name]) / own
  }' "$folder/laud.txt" "$folder/peers.txt"
[ -n "${DECIDE_PEERS:-}" ] || rm -rf "$folder"

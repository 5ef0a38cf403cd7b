#!/usr/bin/env bash
# The demo: Strata at work on real data, with a crash in the middle. Called by ./dev demo.
#
# usage: demo.sh PROGRAM [FOLDER]
#   PROGRAM  the strata program
#   FOLDER   where the two stores go, and stay until the next run (default: build/demo)
#
# STRATA_DEMO_PACKAGES may name a TSV file to use in place of the machine's package index.

set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

program=$1
readonly unicode_file=/usr/share/unicode/UnicodeData.txt
readonly home=${2:-build/demo}
readonly characters=$home/characters packages=$home/packages
importer=""
trap '[[ -z $importer ]] || kill -9 "$importer" 2> /dev/null || true' EXIT

if [[ -t 1 ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold="" dim="" plain=""
fi

# heading TEXT: what comes next. show COMMAND...: prints the command, then runs it.
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() {
  printf '%s$ strata %s%s\n' "$dim" "$*" "$plain"
  "$program" "$@"
}
fail() {
  printf '\ndemo: %s\n' "$*" >&2
  exit 1
}
has_verb() { "$program" help "$1" > /dev/null 2>&1; }  # Early lessons' programs lack some.
in_thousands() { sed -E ':more; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; t more' <<< "$1"; }

# --- 1. the Unicode character database --------------------------------------------------------

rm -rf "$home"
mkdir -p "$home"

if [[ -r $unicode_file ]]; then
  heading "1. Every character of Unicode: key U+0041, value what the standard says of it"
  python3 tools/demo_data.py unicode "$unicode_file" > "$home/characters.tsv"
else
  heading "1. Every character of Unicode, as this machine's Python knows them"
  python3 tools/demo_data.py unicode > "$home/characters.tsv"
fi
character_count=$(wc -l < "$home/characters.tsv")
show --db "$characters" import --format tsv "$home/characters.tsv"

heading "Reading one of them, and all whose key starts with U+265: where the chess pieces are"
show --db "$characters" get U+2603
show --db "$characters" scan --prefix U+265

if ! has_verb inspect; then
  printf '\ndemo: this program keeps nothing after it ends; the crash comes with lesson write-ahead-log\n'
  exit
fi

# --- 2. a larger set, and a crash -------------------------------------------------------------

# Small memtables and levels, so that 50 MB already fill several levels of the tree.
export STRATA_MEMTABLE=2MiB STRATA_TABLE_SIZE=1MiB STRATA_LEVEL1_SIZE=8MiB

readonly package_data=$home/packages.tsv acked_file=$home/acked
if [[ -n ${STRATA_DEMO_PACKAGES:-} ]]; then
  cp "$STRATA_DEMO_PACKAGES" "$package_data"
else
  python3 tools/demo_data.py packages > "$package_data"
fi
package_count=$(wc -l < "$package_data")
[[ $package_count -ge 5000 ]] || fail "this machine has too little data for the crash ($package_count records)"

heading "2. $(in_thousands "$package_count") records of this machine's package index, and kill -9 in the middle of the import"
: > "$acked_file"
last_acked() { tail -n 1 "$acked_file" | awk '{ print $1 + 0 }'; }

# Slow enough to be hit in the middle on any machine: the pipe gives the records in bursts.
printf '%s$ strata --db %s import --format tsv --ack-file %s - &%s\n' "$dim" "$packages" "$acked_file" "$plain"
"$program" --db "$packages" import --format tsv --ack-file "$acked_file" - \
  < <(python3 tools/demo_data.py slowly "$package_data") > "$home/import.log" 2>&1 &
importer=$!
for ((tick = 0; tick < 600; ++tick)); do
  acked=$(last_acked)
  ((${acked:-0} < package_count / 2)) || break
  kill -0 "$importer" 2> /dev/null || break
  sleep 0.05
done
if kill -9 "$importer" 2> /dev/null; then
  wait "$importer" 2> /dev/null || true
  printf '$ kill -9 %s\n' "$importer"
else
  cat "$home/import.log" >&2
  fail "the import ended before it could be killed"
fi
importer=""
acked=$(last_acked)
[[ ${acked:-0} -gt 0 ]] || fail "nothing was acknowledged before the crash; see $home/import.log"

heading "Opening it again: the log is replayed, and what was acknowledged is compared"
! has_verb verify || show --db "$packages" verify
"$program" --db "$packages" export --quiet --format tsv "$home/recovered.tsv" > /dev/null
python3 tools/demo_data.py compare "$package_data" "$acked" "$home/recovered.tsv" ||
  fail "records are missing: this is a bug; keep $home and report it"

heading "3. The import is run again to its end, then 500 reads: the tree's shape and amplification"
{
  printf 'import --format tsv %s\n' "$package_data"
  awk -F '\t' 'NR % 7 == 0 && n++ < 500 { print "get " $1 }' "$package_data"
  printf 'stats -o table\n'
} > "$home/commands"
printf '%s$ strata --db %s shell < %s%s\n' "$dim" "$packages" "$home/commands" "$plain"
"$program" --db "$packages" shell < "$home/commands" | sed -n '/^store$/,$p'

if has_verb trace; then
  heading "One read, step by step: which tables are asked, and what each answers"
  show --db "$packages" trace "$(head -n 1 "$package_data" | cut -f 1)" -o table
fi

if has_verb serve; then
  heading "4. The store served to Redis clients, and kill -9 while they count"
  python3 -B tools/demo_serve.py "$program" "$home/served" || fail "a count is missing: this is a bug; keep $home and report it"
  printf 'For redis-cli and every other Redis client: ./dev run --db %s serve\n' "$characters"
fi

# --- what next ---------------------------------------------------------------------------------

heading "Three commands to try next"
try_next() { printf '  %-48s %s\n' "$1" "$2"; }
try_next "./dev run --db $characters shell" "the store by hand: get, put, scan, help"
try_next "./dev run --db $packages compact" "and stats again: one run, nothing twice"
try_next "./lesson list" "write it yourself, lesson by lesson"
printf '\ndemo: %s characters and %s package records, one crash, nothing lost, %d s\n' \
  "$(in_thousands "$character_count")" "$(in_thousands "$package_count")" "$SECONDS"

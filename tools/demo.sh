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
in_thousands() { printf "%'d" "$1" 2> /dev/null || printf '%s' "$1"; }

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

heading "Reading one, and a range of them: the runes"
show --db "$characters" get U+2603
show --db "$characters" scan --prefix U+16A | head -n 6

# --- 2. a larger set, and a crash -------------------------------------------------------------

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
show --db "$packages" verify
"$program" --db "$packages" export --format tsv > "$home/recovered.tsv"
python3 tools/demo_data.py compare "$package_data" "$acked" "$home/recovered.tsv" ||
  fail "records are missing: this is a bug; keep $home and report it"

heading "3. The import is run again to its end, and the tree takes shape"
show --db "$packages" import --format tsv "$package_data"
show --db "$packages" stats

# --- what next ---------------------------------------------------------------------------------

heading "Three commands to try next"
cat << END
  $program --db $characters shell      the store by hand: get, put, scan, help
  $program --db $packages inspect      what the files on disk hold
  ./lesson                                     write it yourself, lesson by lesson
END
printf '\ndemo: %s characters and %s package records, one crash, nothing lost, %d s\n' \
  "$(in_thousands "$character_count")" "$(in_thousands "$package_count")" "$SECONDS"

#!/usr/bin/env bash
# Runs the benchmark suites and leaves what they say in one folder: on the box of infra/bench, and in the
# control group of infra/bench/local.
#
# usage: suites.sh --work DIR --out DIR [micro] [peers] [growth] [quick]
#   micro    ./dev bench: the Google Benchmark suites
#   peers    ./dev bench peers: beside RocksDB, LevelDB and LMDB
#   growth   ./dev bench peers --growth: 1, 4 and 16 GB
#   quick    makes each of the others short
# Without a suite: micro, peers and growth. Ends with the number of suites that failed.

set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1

usage() {
  sed -nE '2,/^$/ s/^# ?//p' "$0"
  exit 2
}

work="" out="" quick=0 suites=()
while (($# > 0)); do
  case $1 in
    --work | --out)
      [[ -n ${2:-} ]] || usage
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    micro | peers | growth) suites+=("$1") ;;
    quick) quick=1 ;;
    *) usage ;;
  esac
  shift
done
[[ -n $work && -n $out ]] || usage
((${#suites[@]} > 0)) || suites=(micro peers growth)
mkdir -p "$work" "$out"
work=$(readlink -f "$work")
out=$(readlink -f "$out")

# What the figures belong to.
{
  printf 'date: %s\n' "$(date -u +%FT%TZ)"
  printf 'version: %s\n' "$(git describe --always --dirty 2> /dev/null || printf 'an archive')"
  uname -a
  lscpu
  free -m
  df -hT "$work"
  lsblk -o NAME,SIZE,ROTA,SCHED,MODEL 2> /dev/null
  cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor 2> /dev/null
} > "$out/machine.txt" 2>&1

# run NAME COMMAND...: its output goes to the screen and to NAME.txt.
failed=0
run() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '== %s: %s\n' "$name" "$*"
  "$@" 2>&1 | tee "$out/$name.txt" || status=$?
  printf '== %s: status %d, %d s\n' "$name" "$status" $((SECONDS - start)) | tee -a "$out/summary.txt"
  ((status == 0)) || failed=$((failed + 1))
}

export TMPDIR=$work
for suite in "${suites[@]}"; do
  case $suite in
    micro)
      arguments=()
      ((quick == 0)) || arguments+=(--quick)
      run micro ./dev bench "${arguments[@]}"
      cp -r build/report "$out/micro" 2> /dev/null || true
      ;;
    peers)
      arguments=(--dir "$work" --json "$out/peers.json" --markdown "$out/peers.md" --html "$out/peers.html")
      ((quick == 0)) || arguments+=(--quick)
      run peers ./dev bench peers "${arguments[@]}"
      ;;
    growth)
      arguments=(--growth --dir "$work" --json "$out/growth.json" --html "$out/growth.html" --minutes 120)
      ((quick == 0)) || arguments+=(--sizes '64M,256M' --seconds 0.5)
      run growth ./dev bench peers "${arguments[@]}"
      ;;
  esac
done
exit "$failed"

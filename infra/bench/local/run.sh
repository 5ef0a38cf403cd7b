#!/usr/bin/env bash
# Runs the suites in a control group with the limits of the box of infra/bench, as far as this machine
# allows, and says what it could not limit.
#
# usage: run.sh [--work DIR] [--out DIR] [--cpus N] [--memory-gib N] [--iops N] [--mib-per-s N] [SUITE...]
#        run.sh [LIMITS] -- COMMAND...     another command than suites.sh, in the same group
#   Defaults: 8 processors, 16 GiB, 3000 operations and 125 MiB a second, as c6a.2xlarge with gp3.
#   Needs root, or a user's systemd with delegated control groups. OUT/limits.txt tells what held.

# shellcheck disable=SC2317  # clean_up is called by a trap.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

usage() {
  sed -nE '2,/^$/ s/^# ?//p' "$0"
  exit 2
}

work=/var/tmp/strata-bench out=report cpus=8 memory_gib=16 iops=3000 mib_per_s=125 suites=() command=()
while (($# > 0)); do
  case $1 in
    --work | --out | --cpus | --memory-gib | --iops | --mib-per-s)
      [[ -n ${2:-} ]] || usage
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift
      ;;
    --)
      shift
      command=("$@")
      break
      ;;
    -*) usage ;;
    *) suites+=("$1") ;;
  esac
  shift
done
for number in "$cpus" "$memory_gib" "$iops" "$mib_per_s"; do
  [[ $number =~ ^[1-9][0-9]*$ ]] || usage
done
mkdir -p "$work" "$out"
work=$(readlink -f "$work")
out=$(readlink -f "$out")
((${#command[@]} > 0)) || command=("$here/../suites.sh" --work "$work" --out "$out" "${suites[@]}")

# --- what this machine has ---------------------------------------------------------------------

: > "$out/limits.txt"
say() { printf '%s\n' "$*" | tee -a "$out/limits.txt" >&2; }

has_cpus=$(nproc)
has_gib=$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)
((has_cpus >= cpus)) || say "processors: the box has $cpus, this machine only $has_cpus"
((has_gib >= memory_gib)) || say "memory: the box has $memory_gib GiB, this machine only $has_gib"
filesystem=$(stat -f -c %T "$work")
[[ $filesystem == xfs ]] || say "file system: the box has XFS, $work is on $filesystem"

# The whole disk under the work folder, as major:minor; nothing where there is none (tmpfs, overlay).
disk_of() {
  local source name parent
  source=$(findmnt -n -o SOURCE -T "$1" 2> /dev/null) || return 1
  source=$(readlink -f "${source%%[*}") || return 1
  [[ -b $source ]] || return 1
  name=$(basename "$source")
  parent=$(lsblk -n -o PKNAME "$source" 2> /dev/null | head -1)
  [[ -e /sys/class/block/${parent:-$name}/dev ]] || return 1
  cat "/sys/class/block/${parent:-$name}/dev"
}
disk=$(disk_of "$work") || disk=""
[[ -n $disk ]] || say "disk: $work is on no disk that can be limited"
bytes_per_s=$((mib_per_s * 1048576))
memory_bytes=$((memory_gib * 1073741824))

# --- three ways to set limits --------------------------------------------------------------------

# try WHAT FILE TEXT: sets one limit, or says that it could not.
try() {
  if [[ -w $2 ]] && printf '%s' "$3" 2> /dev/null > "$2"; then
    say "$1: limited, by $2"
  else
    say "$1: NOT LIMITED ($2 can't be set here)"
  fi
}

with_systemd() {
  local properties=(-p "CPUQuota=$((cpus * 100))%" -p "MemoryMax=${memory_gib}G" -p "MemorySwapMax=0")
  if [[ -n $disk ]]; then
    properties+=(-p "IOReadBandwidthMax=$work ${mib_per_s}M" -p "IOWriteBandwidthMax=$work ${mib_per_s}M"
      -p "IOReadIOPSMax=$work $iops" -p "IOWriteIOPSMax=$work $iops")
  fi
  say "limits by systemd-run: ${properties[*]}"
  exec systemd-run --scope --quiet --collect "${properties[@]}" -- "${command[@]}"
}

# Version 2 of control groups, set by hand.
with_cgroup2() {
  group=/sys/fs/cgroup/strata-bench-$$
  printf '+cpu +memory +io' 2> /dev/null > /sys/fs/cgroup/cgroup.subtree_control || true
  mkdir "$group"
  try "processors" "$group/cpu.max" "$((cpus * 100000)) 100000"
  try "memory" "$group/memory.max" "$memory_bytes"
  try "swap" "$group/memory.swap.max" 0
  [[ -z $disk ]] ||
    try "disk" "$group/io.max" "$disk rbps=$bytes_per_s wbps=$bytes_per_s riops=$iops wiops=$iops"
  enter=("$group/cgroup.procs")
  groups=("$group")
}

# Version 1: a group in each controller. Buffered writes are not throttled there.
with_cgroup1() {
  local controller folder limit
  enter=()
  groups=()
  for controller in cpu memory blkio; do
    folder=/sys/fs/cgroup/$controller/strata-bench-$$
    if ! mkdir "$folder" 2> /dev/null; then
      say "$controller: NOT LIMITED (no control group can be made)"
      continue
    fi
    groups+=("$folder")
    enter+=("$folder/cgroup.procs")
    case $controller in
      cpu) try "processors" "$folder/cpu.cfs_quota_us" $((cpus * 100000)) ;;
      memory) try "memory" "$folder/memory.limit_in_bytes" "$memory_bytes" ;;
      blkio)
        [[ -n $disk ]] || continue
        for limit in read_bps:$bytes_per_s write_bps:$bytes_per_s read_iops:$iops write_iops:$iops; do
          try "disk, ${limit%:*}" "$folder/blkio.throttle.${limit%:*}_device" "$disk ${limit#*:}"
        done
        say "disk: version 1 of control groups doesn't limit writes that go through the page cache"
        ;;
    esac
  done
}

clean_up() {
  local folder
  for folder in "${groups[@]}"; do rmdir "$folder" 2> /dev/null || true; done
}

groups=() enter=()
if [[ $(cat /proc/1/comm) == systemd && -f /sys/fs/cgroup/cgroup.controllers ]] && command -v systemd-run > /dev/null; then
  with_systemd
elif [[ -f /sys/fs/cgroup/cgroup.controllers && -w /sys/fs/cgroup ]]; then
  with_cgroup2
elif [[ -d /sys/fs/cgroup/memory ]]; then
  with_cgroup1
else
  say "processors, memory, disk: NOT LIMITED (no control groups here)"
fi
trap clean_up EXIT

# The command enters the groups before it starts anything.
status=0
bash -c 'for file in ${1:+$1}; do printf "%s" "$$" > "$file" || exit 125; done; shift; exec "$@"' \
  _ "${enter[*]}" "${command[@]}" || status=$?
exit "$status"

#!/usr/bin/env bash
# All checks that read the code and don't run it; called by ./dev lint, which has installed the
# tools and configured build/lint (clang, nothing optimised).
#
# usage: lint.sh [--all] [--fix]
#   --all  clang-tidy reads every file and each header is compiled alone, not only what changed since
#          STRATA_LINT_BASE (default: where this branch left origin/main or, on main itself, the last
#          commit)
#   --fix  put the files into the right format first

# shellcheck disable=SC2317  # The checks are called by name, through run.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

build=build/lint
all=0
fix=0
for word in "$@"; do
  case $word in
    --all) all=1 ;;
    --fix) fix=1 ;;
    *) printf 'lint: unknown option %s\n' "$word" >&2; exit 2 ;;
  esac
done

folders=()
for folder in src include tests bench fuzz examples; do
  [[ ! -d $folder ]] || folders+=("$folder")
done
mapfile -t sources < <(find "${folders[@]}" -name '*.h' -o -name '*.cc' | sort)

check_format() {
  ((fix == 0)) || clang-format-19 -i "${sources[@]}"
  printf '%s\0' "${sources[@]}" | xargs -0 -P "${STRATA_JOBS:-$(nproc)}" -n 16 clang-format-19 --dry-run -Werror 2>&1 |
    sed -nE 's/^([^: ]+):([0-9]+):.*/\1:\2: not formatted; .\/dev lint --fix does it/p' |
    sort -u -t: -k1,1
}

check_shell() {
  command -v shellcheck > /dev/null || return 0
  local scripts
  mapfile -t scripts < <(grep -lE '^#!.*\b(bash|sh)$' dev lesson .ci/run tools/* infra/*/* infra/*/*/* 2> /dev/null |
    grep -v '\.tftpl$')
  ((${#scripts[@]} == 0)) || shellcheck "${scripts[@]}"
}

# The files that differ from the base, and those that git does not know yet.
changed_files() {
  local base=${STRATA_LINT_BASE:-}
  [[ -n $base ]] || base=$(git merge-base HEAD origin/main 2> /dev/null) || true
  [[ -n $base && $base != "$(git rev-parse HEAD 2> /dev/null)" ]] || base=HEAD~1
  { git diff --name-only --diff-filter=d "$base" -- "${folders[@]}"
    git ls-files --others --exclude-standard -- "${folders[@]}"; } 2> /dev/null | sort -u
}

# The headers that changed, and those that include one of them: what they leaned on may be gone.
changed_headers() {
  local header
  changed_files | grep '\.h$' | while read -r header; do
    printf '%s\n' "$header"
    grep -rlF "#include \"${header#*/}\"" --include='*.h' "${folders[@]}" || true
  done | sort -u
}

# Which lesson brings a line is told beside the tree; an edit may need to be taken over.
check_layers() {
  ./lesson record --check
}

# The code that the lessons show, and the names that they use, are those of their slices.
check_texts() {
  ./lesson text
}

# Thread-safety annotations are checked by clang only, and headers by compiling each alone.
check_compile() {
  local targets=() headers=strata_headers
  ((all)) || headers=$(changed_headers | sed 's|.*|CMakeFiles/strata_headers.dir/headers/&.cc.o|')
  mapfile -t targets < <({ printf 'strata\nstrata_cli\n'; printf '%s\n' "$headers"; } |
    grep -xFf <(ninja -C "$build" -t targets all | sed 's/: .*//'))
  printf '(%d headers) ' "$((${#targets[@]} - 2))"
  ninja -C "$build" -k 0 --quiet "${targets[@]}"
}

# The files for clang-tidy: a header is read through the stub that includes it alone.
files_to_tidy() {
  if ((all)); then
    find "${folders[@]}" -name '*.cc'
    return
  fi
  changed_files |
    sed -nE -e '/\.cc$/p' -e "s|^((src\|include\|tests/testing)/.*\.h)\$|$build/headers/\1.cc|p" | sort -u
}

check_clang_tidy() {
  local files
  mapfile -t files < <(files_to_tidy | while read -r file; do
    grep -qF "$PWD/$file" "$build/compile_commands.json" && printf '%s\n' "$file"
  done)
  printf '(%d files) ' "${#files[@]}"
  ((${#files[@]} > 0)) || return 0
  printf '%s\0' "${files[@]}" |
    xargs -0 -P "${STRATA_JOBS:-$(nproc)}" -n 1 clang-tidy-19 --quiet -p "$build" 2> >(grep -v 'warnings\? generated' >&2)
}

failed=0
run() {
  local start=$SECONDS name=$1
  shift
  printf 'lint: %s ... ' "$name"
  if "$@" > build/lint.log 2>&1; then
    printf '%sok, %d s\n' "$(grep -oE '^\([0-9]+ (files|headers)\) ' build/lint.log || true)" $((SECONDS - start))
  else
    printf 'FAILED, %d s\n' $((SECONDS - start))
    cat build/lint.log
    failed=1
  fi
}

mkdir -p build
run "clang-format" check_format
run "tidy.py" python3 -B tools/tidy.py .
run "shell scripts" check_shell
run "documents' links" python3 -B tools/doc_links.py .
run "layers" check_layers
run "lessons' texts" check_texts
run "clang: thread safety, headers alone" check_compile
run "clang-tidy" check_clang_tidy
exit $failed

#!/usr/bin/env bash
# Makes the box, waits for its report, brings it back, and takes everything down again.
#
# usage: run.sh --owner NAME [--out DIR] [--suites micro,peers,growth] [-- TERRAFORM-ARGS]
#   Needs terraform, the aws program, git, and an account's credentials in the environment (nothing here
#   keeps any). What was made is destroyed when this ends, however it ends; and the box ends itself too.

# shellcheck disable=SC2317  # take_down is called by a trap.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here"

usage() {
  sed -nE '2,/^$/ s/^# ?//p' "$0"
  exit 2
}

owner="" out=report suites=micro,peers,growth extra=()
while (($# > 0)); do
  case $1 in
    --owner | --out | --suites)
      [[ -n ${2:-} ]] || usage
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    --)
      shift
      extra=("$@")
      break
      ;;
    *) usage ;;
  esac
  shift
done
[[ -n $owner ]] || usage
for program in terraform aws git; do
  command -v "$program" > /dev/null || { printf 'run.sh: %s is missing\n' "$program" >&2; exit 1; }
done

scratch=$(mktemp -d)
git -C "$here/../.." archive --format=tar.gz -o "$scratch/source.tar.gz" HEAD
suites_json=$(printf '%s' "$suites" | sed 's/[^,]*/"&"/g; s/.*/[&]/')
variables=(-var "owner=$owner" -var "source_archive=$scratch/source.tar.gz" -var "suites=$suites_json" "${extra[@]}")

take_down() {
  local status=$?
  trap - EXIT INT TERM
  terraform destroy -input=false -auto-approve "${variables[@]}" ||
    printf 'run.sh: destroy failed; what is left has the tags Project=strata, Purpose=bench\n' >&2
  rm -rf "$scratch"
  exit "$status"
}
trap take_down EXIT
trap 'exit 130' INT TERM

terraform init -input=false
terraform apply -input=false -auto-approve "${variables[@]}"
bucket=$(terraform output -raw bucket)
box=$(terraform output -raw instance_id)
region=$(terraform output -raw region)

printf 'run.sh: waiting for %s to report\n' "$box"
until aws s3 cp --region "$region" --only-show-errors "s3://$bucket/report/status" "$scratch/status" 2> /dev/null; do
  state=$(aws ec2 describe-instances --region "$region" --instance-ids "$box" \
    --query 'Reservations[0].Instances[0].State.Name' --output text)
  if [[ $state == terminated || $state == shutting-down ]]; then
    sleep 10 # Its last words may be on their way.
    aws s3 cp --region "$region" --only-show-errors "s3://$bucket/report/status" "$scratch/status" && break
    printf 'run.sh: the box is gone and left no report\n' >&2
    exit 1
  fi
  sleep 30
done
mkdir -p "$out"
aws s3 cp --region "$region" --only-show-errors "s3://$bucket/report/report.tar.gz" "$scratch/report.tar.gz"
tar -C "$out" --strip-components=1 -xzf "$scratch/report.tar.gz"
printf 'run.sh: the report is in %s; suites that failed: %s\n' "$out" "$(cat "$scratch/status")"
exit "$(cat "$scratch/status")"

#!/bin/sh
# The shell's way: GNU parallel starts four curls a job. Usage: parallel-curl.sh BASE JOBS.jsonl DIR CONCURRENCY
if [ "$1" != one ]; then
  mkdir -p "$3"
  exec parallel --will-cite -j "$4" -a "$2" "$0" one "$1" "$3"
fi

base=$2 dir=$3 input=$4
ask() {
  curl -sS --fail -H "authorization: Bearer $RUNCOMFY_API_TOKEN" -H 'content-type: application/json' "$@"
}
text() { sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p"; }

id=$(ask -d "$input" "$base/v1/models/ideogram/ideogram-v2/generate" | text request_id)
until [ "$(ask "$base/v1/requests/$id/status" | text status)" = completed ]; do sleep 1; done
link=$(ask "$base/v1/requests/$id/result" | tr '{,' '\n\n' | text image)
exec curl -sS --fail -o "$dir/$id.png" "$link"

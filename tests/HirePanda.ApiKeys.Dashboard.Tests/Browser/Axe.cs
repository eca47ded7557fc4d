using System.Text.Json;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Checks pages against WCAG 2.2 A and AA and axe's best practices.</summary>
internal static class Axe
{
    private const string Run = """
        axe.run(document, { resultTypes: ['violations'], runOnly:
          ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
          .then(result => result.violations.map(violation => violation.id + ': ' + violation.help + ' '
            + violation.nodes.map(node => node.html.slice(0, 200) + ' ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message)
              .slice(0, 3).join(' | ')))
        """;

    /// <summary>Gets axe-core. The module's script tag would be blocked, but not what the browser's own tools evaluate.</summary>
    private static string Source { get; } = File.ReadAllText(Environment.GetEnvironmentVariable("HIREPANDA_AXE")
        ?? throw new InvalidOperationException("HIREPANDA_AXE is not set: ./test.sh gets axe-core and sets it."));

    public static async Task<IReadOnlyList<string>> CheckAsync(IPage page)
    {
        await page.EvaluateAsync(Source);
        var violations = await page.EvaluateAsync<JsonElement>(Run);
        return [.. violations.EnumerateArray().Select(violation => violation.GetString()!)];
    }

    /// <summary>Gets by how many pixels a page is wider than its window.</summary>
    public static Task<int> OverflowAsync(IPage page)
        => page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

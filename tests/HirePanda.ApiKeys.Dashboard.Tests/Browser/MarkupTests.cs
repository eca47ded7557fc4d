using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Razor writes what it does not understand into the page, such as code after a word.</summary>
public sealed partial class MarkupTests
{
    [Fact]
    public async Task Pages_ContainNoCode()
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        client.DefaultRequestHeaders.Add(PersonHandler.Field, People.Owner);
        var faults = new List<string>();
        foreach (var path in host.Pages.Append("/dashboard/usage?compare=1").Append("/dashboard/keys?q=missing"))
        {
            var page = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
            faults.AddRange(Code().Matches(page).Select(match => $"{path}: {match.Value}"));
        }

        faults.Should().BeEmpty();
    }

    [GeneratedRegex(@"@(?:if|foreach|else|switch|[A-Z(:])[^<]{0,40}|</?[A-Z][^>]*>")]
    private static partial Regex Code();
}

using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Pages load fast on a slow line: few requests, and few bytes.</summary>
public sealed partial class WeightTests
{
    private const int MaxBytes = 150_000;
    private const int MaxRequests = 10;

    [Fact]
    public async Task Pages_WithTheirAssets_AreLight()
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        client.DefaultRequestHeaders.Add(PersonHandler.Field, People.Owner);
        var heavy = new List<string>();
        foreach (var path in host.Pages)
        {
            var page = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
            var assets = Asset().Matches(page).Select(match => match.Groups["path"].Value).Distinct().ToList();
            var bytes = System.Text.Encoding.UTF8.GetByteCount(page);
            foreach (var asset in assets)
            {
                bytes += (await client.GetByteArrayAsync(asset, TestContext.Current.CancellationToken)).Length;
            }

            if (bytes >= MaxBytes || assets.Count + 1 >= MaxRequests)
            {
                heavy.Add(Repository.Invariant($"{path}: {bytes} bytes, {assets.Count + 1} requests"));
            }
        }

        heavy.Should().BeEmpty();
    }

    [GeneratedRegex("\"(?<path>/dashboard/assets/[^\"]+)\"")]
    private static partial Regex Asset();
}

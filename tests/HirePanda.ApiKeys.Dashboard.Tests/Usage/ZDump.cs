namespace HirePanda.ApiKeys.Dashboard.Tests;

public sealed class ZDump
{
    [Fact]
    public async Task Dump()
    {
        await using var host = await UsageHost.StartAsync();
        var (key, secret) = await host.CreateAsync(tier: "write");
        var (_, two) = await host.CreateAsync("a rather long name of a key for the nightly import of candidates");
        for (var h = 0; h < 60; h++)
        {
            await host.CallAsync(secret, "GET /jobs/1", 20 + (h * 7 % 31), h % 3 == 0 ? "US" : h % 4 == 0 ? "RU" : h % 5 == 0 ? "FJ" : "DE");
            await host.CallAsync(secret, "POST /jobs", h % 6, "BR");
            await host.CallAsync(secret, "GET /broken", h % 4, "JP");
            await host.CallAsync(secret, "GET /slow", h % 3, "NZ");
            await host.CallAsync(two, "GET /jobs/1", h % 8, "ZA");
            await host.CallAsync(secret, "GET /weekdays", h % 2, "AU");
            host.Time.Advance(TimeSpan.FromHours(1));
        }
        Directory.CreateDirectory("/tmp/pu-map/site");
        foreach (var (name, path) in new[] { ("usage", "/usage"), ("week", "/usage?range=7d&compare=1"), ("month", "/usage?range=30d"), ("error", "/usage?from=x"), ("empty", "/usage?from=2026-01-01&to=2026-01-02"), ("tab", $"/keys/{key.Id}/usage"), ("access", $"/keys/{key.Id}/access") })
        {
            var html = (await host.GetAsync(path)).Html;
            Console.WriteLine(name + " " + html.Length);
            await File.WriteAllTextAsync($"/tmp/pu-map/site/{name}.html", System.Text.RegularExpressions.Regex.Replace(html, "/dashboard/assets/[0-9a-f]+/", ""));
        }
        await File.WriteAllTextAsync("/tmp/pu-map/site/ada.html", System.Text.RegularExpressions.Regex.Replace((await host.GetAsync("/usage", "ada")).Html, "/dashboard/assets/[0-9a-f]+/", ""));
    }
}

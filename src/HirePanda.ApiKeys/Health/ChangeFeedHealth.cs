using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Reports whether the change feed was read recently, if the store has one.</summary>
internal sealed class ChangeFeedHealth(ChangePoller poller, IServiceProviderIsService services, TimeProvider time) : IHealthSource
{
    private static readonly TimeSpan _maxAge = TimeSpan.FromSeconds(5);

    private readonly bool _hasFeed = services.IsService(typeof(IApiKeyChangeFeed));

    public string Name => "change_feed";

    public ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (!_hasFeed)
        {
            return default;
        }

        var age = time.GetUtcNow().UtcTicks - poller.LastReadAt;
        return new(
            poller.LastReadAt == 0 ? "The change feed of the API key store has not been read yet."
                : age <= _maxAge.Ticks ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"The change feed of the API key store was last read {age / TimeSpan.TicksPerSecond} s ago."));
    }
}

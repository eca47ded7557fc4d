using System.Globalization;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Turns counts into the rows that are stored: sums for each granularity, for the key and its workspace, in each dimension.
/// </summary>
internal static class UsageRows
{
    private const int FirstError = 400;

    private static readonly ApiKeyUsageGranularity[] _levels = Enum.GetValues<ApiKeyUsageGranularity>();

    public static ApiKeyUsageBatch Create(
        IReadOnlyDictionary<(KeyActivity Use, UsageCell Cell, uint Minute), long> counts,
        EndpointNames endpoints,
        DateTimeOffset now)
    {
        var rows = new Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow>();
        var texts = new BatchTexts(endpoints);
        foreach (var ((use, cell, minute), count) in counts)
        {
            var (status, endpoint, country) = (texts.Status(cell), texts.Endpoint(cell), texts.Country(cell));
            var errors = cell.Status >= FirstError ? count : 0;
            var at = DateTimeOffset.UnixEpoch.AddMinutes(minute);
            foreach (var level in _levels)
            {
                var slot = new ApiKeyUsageSlot
                {
                    Workspace = use.Workspace,
                    KeyId = "",
                    Granularity = level,
                    At = UsageTime.Floor(at, level),
                    Dimension = ApiKeyUsageDimension.Key,
                    Name = use.KeyId,
                };
                Add(slot);
                foreach (var keyId in (ReadOnlySpan<string>)["", use.KeyId])
                {
                    var scope = slot with { KeyId = keyId };
                    Add(scope with { Dimension = ApiKeyUsageDimension.Status, Name = status });
                    Add(scope with
                    {
                        Dimension = ApiKeyUsageDimension.Endpoint,
                        Name = endpoint,
                        LatencyBucket = cell.LatencyBucket,
                    });
                    Add(scope with { Dimension = ApiKeyUsageDimension.Country, Name = country });
                }
            }

            void Add(ApiKeyUsageSlot slot)
            {
                ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, slot, out _);
                row = new() { Slot = slot, Requests = row.Requests + count, Errors = row.Errors + errors };
            }
        }

        return new ApiKeyUsageBatch
        {
            Id = Guid.CreateVersion7(now).ToString("N"),
            At = Timestamps.ToMicroseconds(now),
            Rows = [.. rows.Values],
        };
    }

    /// <summary>Creates each text of a batch once.</summary>
    private sealed class BatchTexts(EndpointNames endpoints)
    {
        private readonly Dictionary<int, string> _statuses = [];
        private readonly Dictionary<int, string> _endpoints = [];
        private readonly Dictionary<int, string> _countries = [];

        public string Status(UsageCell cell)
            => Once(_statuses, cell.Status, static number => number.ToString(CultureInfo.InvariantCulture));

        public string Endpoint(UsageCell cell) => Once(_endpoints, cell.Endpoint, endpoints.Name);

        public string Country(UsageCell cell) => Once(_countries, cell.Country, UsageCell.CountryName);

        private static string Once(Dictionary<int, string> known, int number, Func<int, string> make)
            => CollectionsMarshal.GetValueRefOrAddDefault(known, number, out _) ??= make(number);
    }
}

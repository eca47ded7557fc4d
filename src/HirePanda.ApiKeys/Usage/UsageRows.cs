using System.Globalization;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>Turns counts into the rows that are stored: sums on every level, for the key and for its workspace, in every dimension.</summary>
internal static class UsageRows
{
    private const int FirstError = 400;

    public static ApiKeyUsageBatch Make(
        IReadOnlyDictionary<(KeyActivity Use, UsageCell Cell, uint Minute), long> counts, EndpointNames endpoints, DateTimeOffset now)
    {
        var rows = new Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow>();
        var texts = new BatchTexts(endpoints);
        foreach (var ((use, cell, minute), count) in counts)
        {
            var (status, endpoint, country) = (texts.Status(cell), texts.Endpoint(cell), texts.Country(cell));
            var errors = cell.Status >= FirstError ? count : 0;
            var at = DateTimeOffset.UnixEpoch.AddMinutes(minute);
            foreach (var level in (ReadOnlySpan<ApiKeyUsageGranularity>)[ApiKeyUsageGranularity.Minute, ApiKeyUsageGranularity.Hour, ApiKeyUsageGranularity.Day])
            {
                var begin = UsageTime.Floor(at, level);
                foreach (var keyId in (ReadOnlySpan<string>)["", use.KeyId])
                {
                    Add(new(use.Workspace, keyId, level, begin, ApiKeyUsageDimension.Status, status, 0));
                    Add(new(use.Workspace, keyId, level, begin, ApiKeyUsageDimension.Endpoint, endpoint, cell.LatencyBucket));
                    Add(new(use.Workspace, keyId, level, begin, ApiKeyUsageDimension.Country, country, 0));
                }

                Add(new(use.Workspace, "", level, begin, ApiKeyUsageDimension.Key, use.KeyId, 0));
            }

            void Add(ApiKeyUsageSlot slot)
            {
                ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, slot, out _);
                row = new ApiKeyUsageRow(slot, row.Requests + count, row.Errors + errors);
            }
        }

        return new ApiKeyUsageBatch(Guid.CreateVersion7(now).ToString("N"), Timestamps.ToMicroseconds(now), [.. rows.Values]);
    }

    /// <summary>The texts of a batch, each made once.</summary>
    private sealed class BatchTexts(EndpointNames endpoints)
    {
        private readonly Dictionary<int, string> _statuses = [];
        private readonly Dictionary<int, string> _endpoints = [];
        private readonly Dictionary<int, string> _countries = [];

        public string Status(UsageCell cell) => Once(_statuses, cell.Status, static number => number.ToString(CultureInfo.InvariantCulture));

        public string Endpoint(UsageCell cell) => Once(_endpoints, cell.Endpoint, endpoints.Name);

        public string Country(UsageCell cell) => Once(_countries, cell.Country, UsageCell.CountryName);

        private static string Once(Dictionary<int, string> known, int number, Func<int, string> make)
            => CollectionsMarshal.GetValueRefOrAddDefault(known, number, out _) ??= make(number);
    }
}

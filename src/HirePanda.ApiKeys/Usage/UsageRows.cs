using System.Globalization;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Converts counts to rows for the store: sums for each granularity and dimension, for the key and for its workspace.
/// </summary>
internal static class UsageRows
{
    private const int FirstError = 400;

    private static readonly ApiKeyUsageGranularity[] _levels = Enum.GetValues<ApiKeyUsageGranularity>();

    public static ApiKeyUsageBatch Create(
        IReadOnlyDictionary<(KeyActivity Activity, UsageCell Cell, uint Minute), long> counts,
        EndpointNames endpoints,
        DateTimeOffset now)
    {
        var rows = new Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow>();
        var texts = new BatchTexts(endpoints);
        foreach (var ((activity, cell, minute), count) in counts)
        {
            var (status, endpoint, country) = (texts.Status(cell), texts.Endpoint(cell), texts.Country(cell));
            var errors = cell.Status >= FirstError ? count : 0;
            var at = DateTimeOffset.UnixEpoch.AddMinutes(minute);
            foreach (var level in _levels)
            {
                var slot = new ApiKeyUsageSlot
                {
                    Workspace = activity.Workspace,
                    KeyId = "",
                    Granularity = level,
                    At = UsageTime.Floor(at, level),
                    Dimension = ApiKeyUsageDimension.Key,
                    Name = activity.KeyId,
                };
                Add(slot);
                foreach (var keyId in (ReadOnlySpan<string>)["", activity.KeyId])
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

    /// <summary>Creates the texts of a batch. Equal texts are created only once.</summary>
    private sealed class BatchTexts(EndpointNames endpoints)
    {
        private readonly Dictionary<int, string> _statuses = [];
        private readonly Dictionary<int, string> _endpoints = [];
        private readonly Dictionary<int, string> _countries = [];

        public string Status(UsageCell cell)
            => Once(_statuses, cell.Status, static number => number.ToString(CultureInfo.InvariantCulture));

        public string Endpoint(UsageCell cell) => Once(_endpoints, cell.Endpoint, endpoints.GetName);

        public string Country(UsageCell cell) => Once(_countries, cell.Country, UsageCell.CountryName);

        private static string Once(Dictionary<int, string> known, int number, Func<int, string> make)
            => CollectionsMarshal.GetValueRefOrAddDefault(known, number, out _) ??= make(number);
    }
}

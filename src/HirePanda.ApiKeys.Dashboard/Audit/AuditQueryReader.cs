using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads the filters of the audit log from an address.</summary>
internal static class AuditQueryReader
{
    /// <summary>Reads the filters as they are given.</summary>
    public static AuditFilters Read(DashboardRequest request)
        => new(
            request.Query("key")?.Trim(),
            request.Query("action"),
            request.Query("actor")?.Trim(),
            request.Query("from"),
            request.Query("to"));

    /// <summary>Reads the days of the filters.</summary>
    /// <returns>The time to begin with, the time to end before, and the errors.</returns>
    public static (DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<FormError> Errors) ReadDays(AuditFilters filters)
    {
        var errors = new List<FormError>();
        var from = Day(filters.From, "from", "The first day", errors);
        var to = Day(filters.To, "to", "The last day", errors);
        if (from > to)
        {
            errors.Add(new("from", "The first day must not be after the last day."));
        }

        // The last day counts as a whole.
        return (from, to < DateTimeOffset.MaxValue.AddDays(-1) ? to?.AddDays(1) : null, errors);
    }

    private static DateTimeOffset? Day(string? text, string field, string name, List<FormError> errors)
    {
        if (text is null)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        }

        errors.Add(new(field, $"{name} must be a date such as 2026-11-24."));
        return null;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Says at the fields of a form what the core refuses.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Errors">The errors.</param>
internal sealed partial record FormFailure(int Status, IReadOnlyList<FormError> Errors)
{
    /// <summary>Creates it from a failure. The result is null if the failure is not about the form.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="input">The form, or null if it has no fields of a key.</param>
    public static FormFailure? From(ApiKeyFailure failure, KeyInput? input = null) => failure.Kind switch
    {
        ApiKeyFailureKind.InvalidRequest => new(
            StatusCodes.Status422UnprocessableEntity,
            [.. failure.Details.Select(detail => From(detail, input)).DistinctBy(error => (error.FieldId, error.Text))]),
        ApiKeyFailureKind.Forbidden when failure.MissingPermissions.Count > 0 => new(
            StatusCodes.Status403Forbidden,
            [
                new(
                    input is null ? null : "permissions",
                    $"You cannot grant what you lack: {string.Join(", ", failure.MissingPermissions)}."),
            ]),
        ApiKeyFailureKind.Forbidden => new(StatusCodes.Status403Forbidden, [new(null, failure.Message + ".")]),
        ApiKeyFailureKind.Conflict => new(StatusCodes.Status409Conflict, [new(null, failure.Message + ".")]),
        ApiKeyFailureKind.PreconditionFailed => new(
            StatusCodes.Status412PreconditionFailed,
            [
                new(
                    null,
                    "Somebody changed this key in the meantime. Look at how it is now, and send the form again if you still want "
                        + "to."),
            ]),
        _ => null,
    };

    private static FormError From(ApiKeyErrorDetail detail, KeyInput? input)
    {
        var match = FieldPattern().Match(detail.Field);
        (string? Id, string Label) field = match.Groups["name"].Value switch
        {
            "name" => ("name", "Name"),
            "type" => ("type", "Type"),
            "tier" or "permissions" => ("permissions", "Permissions"),
            "expiresAt" or "expiresInSeconds" => ("expires", "Expires"),
            "allowedNetworks" => ("networks", "Allowed networks"),
            "rateLimits" => ("limits", "Limits"),
            "metadata" => ("metadata", "Metadata"),
            "overlapSeconds" => ("hours", "Overlap"),
            "reason" => ("reason", "Reason"),
            var other => (null, other),
        };
        var label = field.Label;
        if (input is not null && field.Id is "networks" or "limits"
            && int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            var line = KeyInputReader.LineNumber(field.Id == "networks" ? input.Networks : input.Limits, index);
            label = match.Groups["part"].Value switch
            {
                "permits" => $"Line {line}: the requests",
                "windowSeconds" => $"Line {line}: the seconds",
                _ => $"Line {line}",
            };
        }

        return new FormError(field.Id, $"{label} {detail.Message}.");
    }

    [GeneratedRegex(@"^(?<name>\w+)(\[(?<line>\d+)\])?(\.(?<part>\w+))?$")]
    private static partial Regex FieldPattern();
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>The precondition of a call that changes something.</summary>
internal static class IfMatch
{
    /// <summary>
    /// The versions that <c>If-Match</c> asks for (RFC 9110, section 13.1.1), any of which will do, or null if there is no such
    /// field. A tag that is none of ours matches nothing, and neither does a list of which any part is malformed: nobody knows
    /// where its tags end.
    /// </summary>
    public static IReadOnlyCollection<long>? ExpectedVersions(HttpContext context)
    {
        var lines = context.Request.Headers.IfMatch;
        if (lines.Count == 0 || lines is ["*"])
        {
            return null;
        }

        return EntityTagHeaderValue.TryParseStrictList([lines.ToString()], out var tags)
            && !tags.Contains(EntityTagHeaderValue.Any)
            ? [.. tags.Select(Version).OfType<long>()]
            : [];
    }

    /// <summary>
    /// The version whose tag this is, or null if it is none of ours. The comparison is strong, so that of several ways to write a
    /// number ours counts.
    /// </summary>
    private static long? Version(EntityTagHeaderValue tag)
        => !tag.IsWeak
            && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && tag.Tag == string.Create(CultureInfo.InvariantCulture, $"\"{version}\"")
            ? version
            : null;
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>The precondition of a call that changes something.</summary>
internal static class IfMatch
{
    /// <summary>
    /// Gets the versions that <c>If-Match</c> lists (RFC 9110, section 13.1.1), or null if the request does not have this field.
    /// A tag that this library did not write matches nothing. If any part of the list is malformed, nothing matches, because
    /// nobody knows where its tags end.
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
    /// Gets the version of a tag, or null if this library did not write the tag. The comparison is strong, so a number that is
    /// written in another way is another tag.
    /// </summary>
    private static long? Version(EntityTagHeaderValue tag)
        => !tag.IsWeak
            && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && tag.Tag == string.Create(CultureInfo.InvariantCulture, $"\"{version}\"")
            ? version
            : null;
}

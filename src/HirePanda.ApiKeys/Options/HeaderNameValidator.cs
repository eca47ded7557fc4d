using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>Validates the names of headers.</summary>
internal static class HeaderNameValidator
{
    private static readonly SearchValues<char> _characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <summary>Determines whether a text can name a header (RFC 9110, section 5.1).</summary>
    public static bool IsName(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(_characters);

    /// <summary>Validates <see cref="ApiKeyOptions.HeaderNames"/>.</summary>
    public static void Validate(IReadOnlyList<string>? names, OptionErrors errors)
    {
        const string Path = nameof(ApiKeyOptions.HeaderNames);
        if (names is null)
        {
            errors.Add($"{Path} must not be null. Leave it empty for none.");
            return;
        }

        // A header that is listed twice would be read twice, and a request that carries it would be refused as ambiguous.
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { HeaderNames.Authorization };
        for (var i = 0; i < names.Count; i++)
        {
            if (!IsName(names[i]))
            {
                errors.Add($"{Path}:{i} must be the name of a header, but it is '{names[i]}'.");
            }
            else if (!seen.Add(names[i]))
            {
                errors.Add($"{Path}:{i} is '{names[i]}'. List every header only once, and do not list Authorization.");
            }
        }
    }
}

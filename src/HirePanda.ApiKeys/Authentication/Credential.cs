using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Finds the credential of a request (RFC 6750, section 2.1).</summary>
internal static class Credential
{
    private const string Scheme = "Bearer";

    /// <summary>Reads the token from the headers.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="headerNames">The further headers that can hold a secret.</param>
    /// <param name="verifier">The verifier, which determines which tokens are API keys.</param>
    /// <param name="acceptsOthers">
    /// True if the host accepts other bearer tokens too. A key in a further header is then a second credential.
    /// </param>
    /// <param name="token">The token to verify, if the result is null.</param>
    /// <returns>The reason why there is no token to verify, or null if there is one.</returns>
    public static ApiKeyOutcome? Read(
        IHeaderDictionary headers,
        IReadOnlyList<string> headerNames,
        ApiKeyVerifier verifier,
        bool acceptsOthers,
        out ReadOnlySpan<char> token)
    {
        token = default;
        var authorization = headers.Authorization;
        if (authorization.Count > 1)
        {
            return ApiKeyOutcome.Ambiguous;
        }

        token = BearerToken(authorization.Count == 1 ? authorization[0] : null);
        var isOurs = !token.IsEmpty && verifier.IsOurs(token);
        var excludesKeys = isOurs || (acceptsOthers && !token.IsEmpty);
        for (var i = 0; i < headerNames.Count; i++)
        {
            if (!headers.TryGetValue(headerNames[i], out var values))
            {
                continue;
            }

            var value = values.Count == 1 ? values[0].AsSpan().Trim(' ') : default;
            var isValueOurs = !value.IsEmpty && verifier.IsOurs(value);
            if (values.Count > 1 || (excludesKeys && isValueOurs))
            {
                return ApiKeyOutcome.Ambiguous;
            }

            if (isValueOurs || (token.IsEmpty && !value.IsEmpty))
            {
                token = value;
                isOurs = isValueOurs;
                excludesKeys |= isOurs;
            }
        }

        return isOurs ? null : token.IsEmpty ? ApiKeyOutcome.Missing : ApiKeyOutcome.NotAnApiKey;
    }

    private static ReadOnlySpan<char> BearerToken(ReadOnlySpan<char> value)
        => value.Length > Scheme.Length
            && value[Scheme.Length] == ' '
            && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[(Scheme.Length + 1)..].Trim(' ')
            : default;
}

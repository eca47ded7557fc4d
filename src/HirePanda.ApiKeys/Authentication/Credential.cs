using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Finds the one credential of a request (RFC 6750, section 2.1).</summary>
internal static class Credential
{
    private const string Scheme = "Bearer";

    /// <summary>Reads the token of the headers.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="headerName">A further header that may hold a secret; null: none.</param>
    /// <param name="verifier">Tells which tokens are ours.</param>
    /// <param name="token">The token when the answer is null.</param>
    /// <returns>Why there is nothing to verify, or null.</returns>
    public static ApiKeyOutcome? Read(IHeaderDictionary headers, string? headerName, ApiKeyVerifier verifier, out ReadOnlySpan<char> token)
    {
        token = default;
        var authorization = headers.Authorization;
        if (authorization.Count > 1)
        {
            return ApiKeyOutcome.Ambiguous;
        }

        token = BearerToken(authorization.Count == 1 ? authorization[0] : null);
        var isOurs = !token.IsEmpty && verifier.IsOurs(token);
        if (headerName is not null && headers.TryGetValue(headerName, out var values))
        {
            var value = values.Count == 1 ? values[0].AsSpan().Trim(' ') : default;
            var isValueOurs = !value.IsEmpty && verifier.IsOurs(value);
            if (values.Count > 1 || (isOurs && isValueOurs))
            {
                return ApiKeyOutcome.Ambiguous;
            }

            if (isValueOurs || (token.IsEmpty && !value.IsEmpty))
            {
                token = value;
                isOurs = isValueOurs;
            }
        }

        return isOurs ? null : token.IsEmpty ? ApiKeyOutcome.Missing : ApiKeyOutcome.NotAnApiKey;
    }

    private static ReadOnlySpan<char> BearerToken(ReadOnlySpan<char> value)
        => value.Length > Scheme.Length && value[Scheme.Length] == ' ' && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[(Scheme.Length + 1)..].Trim(' ')
            : default;
}

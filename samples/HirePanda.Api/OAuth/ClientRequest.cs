using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.WebUtilities;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>The body of a call that registers an app.</summary>
internal sealed record ClientRequest(string? Name, string? Type, string?[]? RedirectUris, string?[]? Scopes)
{
    private const int MaxName = 200;
    private const int MaxRedirectUris = 10;
    private const int MaxRedirectUri = 2000;
    private const int MaxScopes = 100;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// The time for a body. It is short, because the credential of the caller is not checked again when the body has arrived.
    /// </summary>
    private static readonly TimeSpan _maxBodyTime = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="JsonException">The body is not JSON, or has other members or types. The path says where.</exception>
    /// <exception cref="BadHttpRequestException">The body did not arrive in time (408).</exception>
    public static async Task<ClientRequest> ReadAsync(HttpRequest request, TimeProvider time)
    {
        var aborted = request.HttpContext.RequestAborted;
        using var late = new CancellationTokenSource(_maxBodyTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborted);
        try
        {
            return await JsonSerializer.DeserializeAsync<ClientRequest>(request.Body, _json, either.Token)
                ?? throw new JsonException("must be a JSON object", path: null, lineNumber: null, bytePositionInLine: null);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body did not arrive in time.", StatusCodes.Status408RequestTimeout);
        }
    }

    /// <summary>Finds what is wrong with the values.</summary>
    public List<ApiKeyErrorDetail> Validate(IReadOnlySet<string> scopes)
    {
        var errors = new List<ApiKeyErrorDetail>();
        Check("name", Name is { Length: <= MaxName } && !string.IsNullOrWhiteSpace(Name) && IsText(Name)
            ? null : $"must have 1 to {MaxName} characters, and no control or hidden characters");
        Check("type", Type is ClientTypes.Confidential or ClientTypes.Public ? null : "must be 'confidential' or 'public'");
        CheckList("redirectUris", RedirectUris, MaxRedirectUris, CheckRedirectUri);
        CheckList("scopes", Scopes, MaxScopes, scope => scopes.Contains(scope) ? null : "is not a scope of this API");
        return errors;

        void CheckList(string field, string?[]? items, int max, Func<string, string?> check)
        {
            Check(field, items?.Length > 0 && items.Length <= max ? null : $"must have 1 to {max} items");
            foreach (var (i, item) in (items ?? []).Take(max).Index())
            {
                Check($"{field}[{i}]", check(item ?? ""));
            }
        }

        void Check(string field, string? message)
        {
            if (message is not null)
            {
                errors.Add(new() { Field = field, Message = message });
            }
        }
    }

    /// <summary>
    /// Determines whether people see each character. Others could make one app look like another on the consent page. Only the
    /// joiners are allowed after characters beyond ASCII, because Persian and emoji need them.
    /// </summary>
    private static bool IsText(string name)
    {
        var previous = default(Rune);
        foreach (var rune in name.EnumerateRunes())
        {
            var isAllowed = rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner
                ? !previous.IsAscii
                : rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
                    UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator);
            if (!isAllowed)
            {
                return false;
            }

            previous = rune;
        }

        return true;
    }

    /// <summary>
    /// Checks a redirect address. It is compared as text later, so patterns would not work; they are refused to say so.
    /// </summary>
    private static string? CheckRedirectUri(string address)
        => address.Length > MaxRedirectUri ? $"must have at most {MaxRedirectUri} characters"
            : !Uri.TryCreate(address, UriKind.Absolute, out var uri) || !Uri.IsWellFormedUriString(address, UriKind.Absolute)
                ? "must be an absolute address"
            : uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && LoopbackHost.Is(uri.Host))
                ? "must start with https://, or with http:// and a loopback host"
            : AppOrigins.Get(uri) is null ? "must have the name of a host"
            : QueryHelpers.ParseQuery(uri.Query).ContainsKey(Parameters.Iss) ? "must not have the parameter iss"
            : address.Contains('#') ? "must not have a fragment"
            : address.Contains('*') ? "must not have a wildcard"
            : uri.UserInfo.Length > 0 ? "must not have a user name or password"
            : null;
}

using System.Security.Claims;
using Microsoft.Extensions.Primitives;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>Asks a person whether an app gets a grant, and remembers the consent.</summary>
internal sealed class Consent(
    IOpenIddictApplicationManager apps, IOpenIddictAuthorizationManager authorizations, ConsentTicket tickets)
{
    public const string Decision = "decision";
    public const string Ticket = "ticket";
    public const string Allow = "allow";
    public const string Deny = "deny";

    /// <summary>Shows the consent page, or answers the app with the decision of the person, now or at an earlier time.</summary>
    public async Task<IResult> AskAsync(HttpContext context, OpenIddictRequest request, ClaimsIdentity grant)
    {
        var app = (await apps.FindByClientIdAsync(request.ClientId!, context.RequestAborted))!;
        var parameters = GetParameters(context.Request);
        var shown = $"{grant.GetClaim(Claims.Subject)} {string.Join(' ', grant.GetScopes())}{QueryString.Create(parameters)}";
        if (context.Request.HasFormContentType && context.Request.Form.TryGetValue(Decision, out var decision))
        {
            return !await context.IsOwnFormAsync() || !tickets.IsFor(context.Request.Form[Ticket].ToString(), shown)
                ? Page.StaleForm()
                : decision == Allow
                    ? await GrantAsync(app, grant, await FindAsync(app, grant))
                    : OAuthAnswer.Refuse(Errors.AccessDenied, "The person denied the access.");
        }

        if (!request.HasPromptValue(PromptValues.Consent) && await FindAsync(app, grant) is { } earlier)
        {
            return await GrantAsync(app, grant, earlier);
        }

        return request.HasPromptValue(PromptValues.None)
            ? OAuthAnswer.Refuse(Errors.ConsentRequired, "The person has not allowed this access.")
            : await ShowAsync(context, request, app, grant, [.. parameters, new(Ticket, tickets.Create(shown))]);
    }

    /// <summary>Gets the parameters of the request, without the fields that the consent page adds.</summary>
    public static List<KeyValuePair<string, StringValues>> GetParameters(HttpRequest request)
    {
        IEnumerable<KeyValuePair<string, StringValues>> all = request.HasFormContentType ? request.Form : request.Query;
        return
        [
            .. all.Where(parameter => parameter.Key is not (Decision or Ticket or FormToken.Field))
                .OrderBy(parameter => parameter.Key, StringComparer.Ordinal),
        ];
    }

    private async Task<object?> FindAsync(object app, ClaimsIdentity grant)
        => await authorizations.FindAsync(
            grant.GetClaim(Claims.Subject), await apps.GetIdAsync(app), Statuses.Valid, AuthorizationTypes.Permanent,
            grant.GetScopes()).FirstOrDefaultAsync();

    private async Task<IResult> GrantAsync(object app, ClaimsIdentity grant, object? earlier)
    {
        var authorization = earlier ?? await authorizations.CreateAsync(
            grant, grant.GetClaim(Claims.Subject)!, (await apps.GetIdAsync(app))!, AuthorizationTypes.Permanent,
            grant.GetScopes());
        return OAuthAnswer.Grant(grant.SetAuthorizationId(await authorizations.GetIdAsync(authorization)));
    }

    private async Task<IResult> ShowAsync(
        HttpContext context,
        OpenIddictRequest request,
        object app,
        ClaimsIdentity grant,
        IReadOnlyList<KeyValuePair<string, StringValues>> fields)
    {
        var origin = AppOrigins.Get(new Uri(request.RedirectUri!));
        return Page.Of<ConsentPage>(
            new()
            {
                [nameof(ConsentPage.App)] = await apps.GetDisplayNameAsync(app),
                [nameof(ConsentPage.Origin)] = origin,
                [nameof(ConsentPage.Scopes)] = grant.GetScopes(),
                [nameof(ConsentPage.Fields)] = fields,
                [nameof(ConsentPage.Session)] = new Session(context.User.Identity!.Name ?? "", context.GetFormToken()),
            },
            formTarget: origin);
    }
}

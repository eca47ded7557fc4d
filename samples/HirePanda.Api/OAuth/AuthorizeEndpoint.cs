using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>
/// Answers a request for authorization that OpenIddict has checked: the person signs in, is asked for consent once, and the app
/// gets a code.
/// </summary>
internal static class AuthorizeEndpoint
{
    /// <summary>The parameters that make the person sign in again. They are done when the person comes back.</summary>
    private static readonly string[] _signInAgain = [Parameters.Prompt, Parameters.MaxAge];

    public static async Task<IResult> HandleAsync(HttpContext context, PersonGrant grants, Consent consent)
    {
        if (context.GetOpenIddictServerResponse() is { Error: { } error } refusal)
        {
            return Refused(error, refusal.ErrorDescription);
        }

        var request = context.GetOpenIddictServerRequest()!;
        if (request.RedirectUri is null)
        {
            return Refused(Errors.InvalidRequest, "The parameter 'redirect_uri' is missing.");
        }

        if (!await context.AuthenticatePersonAsync() || request.HasPromptValue(PromptValues.Login) || request.MaxAge is not null)
        {
            return request.HasPromptValue(PromptValues.None)
                ? OAuthAnswer.Refuse(Errors.LoginRequired, "The person is not signed in.")
                : SignIn(context, request);
        }

        return await grants.CreateAsync(context, request.GetScopes()) is { } grant
            ? await consent.AskAsync(context, request, grant)
            : OAuthAnswer.Refuse(Errors.AccessDenied, "The person cannot grant this access.");
    }

    private static SeeOther SignIn(HttpContext context, OpenIddictRequest request)
    {
        var parameters = Consent.GetParameters(context.Request)
            .Where(parameter => !_signInAgain.Contains(parameter.Key)).ToList();
        if (request.HasPromptValue(PromptValues.Consent))
        {
            parameters.Add(new(Parameters.Prompt, PromptValues.Consent));
        }

        var returnUrl = OAuthServices.AuthorizePath + QueryString.Create(parameters);
        return new(AccountPages.LoginPath + QueryString.Create(AccountPages.ReturnUrl, returnUrl));
    }

    private static Page Refused(string error, string? description)
        => Page.Of<OAuthErrorPage>(
            new() { [nameof(OAuthErrorPage.Error)] = error, [nameof(OAuthErrorPage.Description)] = description },
            StatusCodes.Status400BadRequest);
}

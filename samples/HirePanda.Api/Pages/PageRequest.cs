using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace HirePanda.Api;

/// <summary>What the endpoints of pages ask of a request.</summary>
internal static class PageRequest
{
    /// <summary>Methods of endpoints that show a page.</summary>
    public static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Makes the signed-in person the user of the request. The token of a form is bound to the person.</summary>
    /// <returns>True if somebody is signed in; otherwise, false, and the user is anonymous.</returns>
    public static async Task<bool> AuthenticatePersonAsync(this HttpContext context)
    {
        var result = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        context.User = result.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        return result.Succeeded;
    }

    /// <summary>Gets the signed-in person, or null. Only a form to sign out needs a token.</summary>
    public static async Task<Session?> GetSessionAsync(this HttpContext context)
        => await context.AuthenticatePersonAsync() ? new(context.User.Identity!.Name ?? "", context.GetFormToken()) : null;

    /// <summary>Creates the token of a form for the user of the request.</summary>
    public static FormToken GetFormToken(this HttpContext context)
        => new(context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context).RequestToken!);

    /// <summary>Determines whether the request is a form of ours, shown to the user of the request in this browser.</summary>
    public static async Task<bool> IsOwnFormAsync(this HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return false;
        }

        try
        {
            await context.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(context);
            return true;
        }
        catch (AntiforgeryValidationException)
        {
            return false;
        }
    }
}

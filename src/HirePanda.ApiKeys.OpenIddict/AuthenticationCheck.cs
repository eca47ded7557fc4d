using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys;

/// <summary>
/// Stops a host that does not call <c>UseAuthentication</c>. OpenIddict prepares its validation there, and would throw on every
/// request with a token. <c>WebApplication</c> adds the call by itself.
/// </summary>
internal sealed class AuthenticationCheck : IStartupFilter
{
    /// <summary>The property that <c>UseAuthentication</c> sets.</summary>
    private const string IsSet = "__AuthenticationMiddlewareSet";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (!app.Properties.ContainsKey(IsSet))
        {
            throw new InvalidOperationException(
                "AcceptOpenIddictTokens() requires authentication middleware. Call app.UseAuthentication() before "
                + "app.UseAuthorization().");
        }
    };
}

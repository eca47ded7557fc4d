using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Requires a tier or a permission of the identity that the API key scheme created. The requirement is its own handler.
/// </summary>
/// <param name="name">
/// The name of the tier or permission. The catalog that the key was compiled with defines its meaning.
/// </param>
internal sealed class PermissionRequirement(string name) : IAuthorizationRequirement, IAuthorizationHandler
{
    private Definition? _last;

    public string Name { get; } = name;

    public override string ToString() => $"API key with {Name}";

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (ApiKeyIdentity.Find(context.User)?.Live is { } live
            && GetRequired(live.Catalog) is { } required
            && live.Grant.Meets(required))
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gets the required grant in a catalog. The catalog is nearly always the same as the last time.</summary>
    private Grant? GetRequired(CompiledCatalog catalog)
    {
        var definition = _last;
        if (definition?.Catalog != catalog)
        {
            _last = definition = new(catalog, catalog.GetRequired(Name));
        }

        return definition.Required;
    }

    private sealed record Definition(CompiledCatalog Catalog, Grant? Required);
}

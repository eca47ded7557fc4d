using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Requires a tier or a permission of the identity that a scheme of this library created. The requirement is its own handler.
/// </summary>
/// <param name="name">
/// The name of the tier or permission. The catalog that the caller was compiled with defines its meaning.
/// </param>
internal sealed class PermissionRequirement(string name) : IAuthorizationRequirement, IAuthorizationHandler
{
    private Definition? _last;

    public string Name { get; } = name;

    public override string ToString() => $"API key with {Name}";

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (CallerIdentity.Find(context.User) is { } caller
            && GetRequired(caller.Catalog) is { } required
            && caller.Grant.Meets(required))
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

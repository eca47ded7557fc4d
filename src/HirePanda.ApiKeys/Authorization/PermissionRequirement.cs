using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>Demands a tier or a permission of the one identity that our scheme made. It is its own handler.</summary>
/// <param name="name">
/// The tier's or permission's name. What it means is asked of the catalog that the key was compiled with.
/// </param>
internal sealed class PermissionRequirement(string name) : IAuthorizationRequirement, IAuthorizationHandler
{
    private Meaning? _lastMeaning;

    public string Name { get; } = name;

    public override string ToString() => $"API key with {Name}";

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (ApiKeyIdentity.Find(context.User)?.Live is { } live && Need(live.Catalog) is { } need && live.Grant.Meets(need))
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
    }

    /// <summary>What it means in a catalog: nearly always the one that was asked the last time.</summary>
    private Grant? Need(CompiledCatalog catalog)
    {
        var meaning = _lastMeaning;
        if (meaning?.Catalog != catalog)
        {
            _lastMeaning = meaning = new(catalog, catalog.Need(Name));
        }

        return meaning.Need;
    }

    private sealed record Meaning(CompiledCatalog Catalog, Grant? Need);
}

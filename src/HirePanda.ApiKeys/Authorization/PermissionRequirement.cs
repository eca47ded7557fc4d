using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>Demands a tier or a permission of the one identity that our scheme made. It is its own handler.</summary>
/// <param name="name">The tier's or permission's name, as the catalog spells it.</param>
/// <param name="needed">What a key must hold.</param>
internal sealed class PermissionRequirement(string name, Grant needed)
    : AuthorizationHandler<PermissionRequirement>, IAuthorizationRequirement
{
    public string Name { get; } = name;

    public override string ToString() => $"API key with {Name}";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (ApiKeyIdentity.In(context.User) is { } identity && requirement.IsMetBy(identity.Live.Grant))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    private bool IsMetBy(Grant held) => (needed.Rank >= 0 && held.Rank >= needed.Rank) || held.Covers(needed);
}

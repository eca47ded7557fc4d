using Microsoft.AspNetCore.Identity;

namespace HirePanda.Api;

/// <summary>A person who can sign in.</summary>
internal sealed class Account : IdentityUser
{
    /// <summary>Gets or sets the workspace whose keys the person manages, or null if the person belongs to none.</summary>
    public string? Workspace { get; set; }
}

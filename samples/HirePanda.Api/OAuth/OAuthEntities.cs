using OpenIddict.EntityFrameworkCore.Models;

namespace HirePanda.Api;

/// <summary>An app that people can let in.</summary>
internal sealed class OAuthClient : OpenIddictEntityFrameworkCoreApplication<string, OAuthAuthorization, OAuthToken>
{
    public OAuthClient() => Id = Guid.NewGuid().ToString();

    /// <summary>Gets or sets the workspace that registered the app and manages it. People of any workspace can use it.</summary>
    public string Workspace { get; set; } = "";

    public DateTime CreatedAt { get; set; }
}

/// <summary>What one person has allowed one app to do.</summary>
internal sealed class OAuthAuthorization : OpenIddictEntityFrameworkCoreAuthorization<string, OAuthClient, OAuthToken>
{
    public OAuthAuthorization() => Id = Guid.NewGuid().ToString();
}

/// <summary>The state of a code or token.</summary>
internal sealed class OAuthToken : OpenIddictEntityFrameworkCoreToken<string, OAuthClient, OAuthAuthorization>
{
    public OAuthToken() => Id = Guid.NewGuid().ToString();
}

/// <summary>A key that signs or encrypts tokens, protected with data protection.</summary>
internal sealed class OAuthKey
{
    public string Id { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Gets or sets a value that indicates whether the key signs. Otherwise, it encrypts.</summary>
    public bool IsSigning { get; set; }

    public DateTime CreatedAt { get; set; }

    public byte[] ProtectedKey { get; set; } = [];
}

using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of a verified key. Authorization asks it, never its claims: what a claims transformation adds or another scheme
/// brings gives a key no rights. Every request has its own, whose claims are made when somebody first looks at them.
/// </summary>
internal sealed class ApiKeyIdentity : ClaimsIdentity
{
    private volatile bool _hasClaims;

    public ApiKeyIdentity(LiveKey live, string authenticationType)
        : base(authenticationType, ApiKeyClaimTypes.Name, ClaimTypes.Role)
        => Live = live;

    private ApiKeyIdentity(ApiKeyIdentity other)
        : base(other)
        => (Live, _hasClaims) = (other.Live, true);

    public LiveKey Live { get; }

    /// <summary>Whoever copies an identity by a constructor of <see cref="ClaimsIdentity"/>, which takes its claims past us, first asks for this.</summary>
    public override string? AuthenticationType
    {
        get
        {
            MakeClaims();
            return base.AuthenticationType;
        }
    }

    public override IEnumerable<Claim> Claims
    {
        get
        {
            MakeClaims();
            return base.Claims;
        }
    }

    /// <summary>The identity of ours in a principal; null: none.</summary>
    public static ApiKeyIdentity? In(ClaimsPrincipal principal)
    {
        var identities = principal.Identities;
        if (identities is IReadOnlyList<ClaimsIdentity> { Count: 1 } only)
        {
            // Nearly always; an enumerator would be allocated.
            return only[0] as ApiKeyIdentity is { IsAuthenticated: true } one ? one : null;
        }

        foreach (var identity in identities)
        {
            if (identity is ApiKeyIdentity { IsAuthenticated: true } ours)
            {
                return ours;
            }
        }

        return null;
    }

    /// <summary>A principal like another one, in which this identity's key is replaced by a newer record of it.</summary>
    public ClaimsPrincipal ReplaceIn(ClaimsPrincipal principal, LiveKey live)
        => new(principal.Identities.Select(identity => identity == this ? new ApiKeyIdentity(live, AuthenticationType!) : identity));

    public override void AddClaim(Claim claim)
    {
        MakeClaims();
        base.AddClaim(claim);
    }

    public override void AddClaims(IEnumerable<Claim?> claims)
    {
        MakeClaims();
        base.AddClaims(claims);
    }

    public override bool TryRemoveClaim(Claim? claim)
    {
        MakeClaims();
        return base.TryRemoveClaim(claim);
    }

    public override void RemoveClaim(Claim? claim)
    {
        MakeClaims();
        base.RemoveClaim(claim);
    }

    public override ClaimsIdentity Clone()
    {
        MakeClaims();
        return new ApiKeyIdentity(this);
    }

    protected override void WriteTo(BinaryWriter writer, byte[]? userData)
    {
        MakeClaims();
        base.WriteTo(writer, userData);
    }

    private void MakeClaims()
    {
        if (_hasClaims)
        {
            return;
        }

        // Several threads of one request may look at once.
        lock (this)
        {
            if (!_hasClaims)
            {
                Add(ApiKeyClaimTypes.Subject, Live.Key.Id);
                Add(ApiKeyClaimTypes.Name, Live.Key.Name);
                Add(ApiKeyClaimTypes.Workspace, Live.Key.Workspace);
                Add(ApiKeyClaimTypes.KeyType, Live.Key.Type);
                Add(ApiKeyClaimTypes.Scope, Live.Scope);
                _hasClaims = true;
            }
        }

        // With this identity as its subject; another one would be cloned.
        void Add(string type, string value)
            => base.AddClaim(new Claim(type, value, ClaimValueTypes.String, DefaultIssuer, DefaultIssuer, this));
    }
}

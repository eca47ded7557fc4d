using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>Makes keys and their secrets, and stores nothing: for hosts with a store of their own. <see cref="ApiKeyManager"/> stores them too.</summary>
public sealed class ApiKeyIssuer
{
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyIssuer(ApiKeySettings settings, TimeProvider time) => (_settings, _time) = (settings, time);

    /// <summary>Makes a key and its secret.</summary>
    /// <param name="workspace">The tenant that is to own the key.</param>
    /// <param name="request">What the key is to be.</param>
    /// <param name="createdBy">Who creates it; null: not said.</param>
    /// <exception cref="ArgumentException">The request asks for something that keys cannot be; the message names it.</exception>
    public IssuedApiKey Issue(string workspace, CreateApiKeyRequest request, string? createdBy = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspace);
        ArgumentNullException.ThrowIfNull(request);
        var issued = TryIssue(workspace, request, createdBy);
        return issued.Value ?? throw new ArgumentException(
            string.Join("; ", issued.Error!.Details.Select(detail => $"{detail.Field} {detail.Message}")), nameof(request));
    }

    internal ApiKeyResult<IssuedApiKey> TryIssue(string workspace, CreateApiKeyRequest request, string? createdBy)
    {
        var now = Timestamps.Now(_time);
        var rules = new KeyRequestValidator(_settings.Current.Catalog, now);
        var name = rules.Name(request.Name);
        var type = rules.Type(request.Type);
        var tier = rules.Tier(request.Tier);
        var permissions = rules.Permissions(request.Permissions);
        var networks = rules.Networks(request.AllowedNetworks);
        var limits = rules.RateLimits(request.RateLimits, _settings.Current.Options.MaxRateLimit);
        var expiresAt = rules.ExpiresAt(request.ExpiresAt, request.ExpiresIn);
        var metadata = rules.Metadata(request.Metadata);
        if (type is null || !rules.Errors.IsEmpty)
        {
            return rules.Errors.ToError();
        }

        if (request.Tier is null && request.Permissions is null)
        {
            tier = rules.Tier(type.DefaultTier);
            permissions = rules.Permissions(type.DefaultPermissions);
        }

        return WithSecret(type, new ApiKey
        {
            Id = "",
            Workspace = workspace,
            Hash = default,
            Name = name,
            Type = type.Name,
            Tier = tier,
            Permissions = permissions,
            CreatedAt = now,
            CreatedBy = createdBy,
            ExpiresAt = expiresAt,
            AllowedNetworks = networks,
            RateLimits = limits,
            Metadata = metadata,
        });
    }

    /// <summary>Makes the key that replaces another: it inherits what the other is, with the same lifetime counted from now or the same expiry.</summary>
    internal ApiKeyResult<IssuedApiKey> TryReplace(ApiKey old, string createdBy, bool keepsExpiry)
    {
        var now = Timestamps.Now(_time);
        if (!_settings.Current.Catalog.TryGetType(old.Type, out var type))
        {
            return ApiKeyError.Conflict($"The type '{old.Type}' of this API key is not in use any more");
        }

        return WithSecret(type, old with
        {
            Family = old.Family ?? old.Id,
            Replaces = old.Id,
            CreatedAt = now,
            CreatedBy = createdBy,
            ExpiresAt = keepsExpiry ? old.ExpiresAt : old.ExpiresAt is { } end ? Timestamps.Add(now, end - old.CreatedAt) : null,
            IsExpiryShortened = keepsExpiry,
            LastUsedAt = null,
            Version = 1,
        });
    }

    private IssuedApiKey WithSecret(ApiKeyType type, ApiKey key)
    {
        var settings = _settings.Current;
        var secret = settings.Format.Generate(type.Prefix);
        return new IssuedApiKey(
            key with
            {
                Id = "key_" + Guid.CreateVersion7(key.CreatedAt).ToString("N"),
                Hash = settings.Hasher.Hash(Encoding.ASCII.GetBytes(secret)),
                Hint = settings.Format.Hint(type.Prefix, secret),
            },
            secret);
    }
}

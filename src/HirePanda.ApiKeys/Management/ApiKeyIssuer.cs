using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Makes keys and their secrets, and stores nothing: for hosts with a store of their own. <see cref="ApiKeyManager"/> stores them
/// too.
/// </summary>
public sealed class ApiKeyIssuer
{
    private const string IdPrefix = "key_";

    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyIssuer(ApiKeySettings settings, TimeProvider time) => (_settings, _time) = (settings, time);

    /// <summary>Makes a key and its secret.</summary>
    /// <param name="workspace">The tenant that is to own the key.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="createdBy">The id of the creator, or null if it is unknown.</param>
    /// <exception cref="ArgumentException">The request asks for something that keys cannot be; the message names it.</exception>
    public IssuedApiKey Issue(string workspace, CreateApiKeyRequest request, string? createdBy = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspace);
        ArgumentNullException.ThrowIfNull(request);
        var issued = TryIssue(workspace, request, createdBy);
        return issued.Value ?? throw new ArgumentException(
            string.Join("; ", issued.Failure!.Details.Select(detail => $"{detail.Field} {detail.Message}")), nameof(request));
    }

    internal ApiKeyResult<IssuedApiKey> TryIssue(string workspace, CreateApiKeyRequest request, string? createdBy)
    {
        var settings = _settings.Current;
        var key = TryMake(settings, workspace, request, createdBy, out var type);
        return key.Succeeded ? WithSecret(settings, type!, key.Value) : key.Failure;
    }

    /// <summary>Makes the key of a secret that exists.</summary>
    /// <param name="workspace">The workspace of the key.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="createdBy">The actor who imports it.</param>
    /// <param name="secret">The secret, which must be one that verification accepts.</param>
    internal ApiKeyResult<ApiKey> TryImport(string workspace, CreateApiKeyRequest request, string createdBy, string secret)
    {
        var settings = _settings.Current;
        var bytes = ApiKeyVerifier.Read(settings, secret, stackalloc byte[SecretFormat.MaxLength]);
        if (bytes.IsEmpty)
        {
            return ApiKeyFailure.InvalidRequest(ApiKeyErrorDetail.New(
                "secret",
                "is neither a secret of this library nor one that IsLegacySecret accepts, so verification would refuse it"));
        }

        var hint = settings.Format.IsWellFormed(bytes) ? SecretFormat.Hint(secret) : "";
        return TryImport(workspace, request, createdBy, settings.Hasher.Hash(bytes), hint);
    }

    /// <inheritdoc cref="TryImport(string, CreateApiKeyRequest, string, string)"/>
    /// <param name="workspace">The workspace of the key.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="createdBy">The actor who imports it.</param>
    /// <param name="hash">The hash of the secret.</param>
    /// <param name="hint">The non-secret start of the secret, or an empty string if it is not known.</param>
    internal ApiKeyResult<ApiKey> TryImport(
        string workspace, CreateApiKeyRequest request, string createdBy, ApiKeyHash hash, string hint)
    {
        var key = TryMake(_settings.Current, workspace, request, createdBy, out _);
        return key.Succeeded ? key.Value with { Hash = hash, Hint = hint } : key;
    }

    /// <summary>
    /// Makes the key that replaces another: it inherits what the other is, with the same lifetime counted from now or the same
    /// expiry.
    /// </summary>
    internal ApiKeyResult<IssuedApiKey> TryReplace(ApiKey old, string createdBy, bool keepsExpiry)
    {
        var (settings, now) = (_settings.Current, Timestamps.Now(_time));
        if (!settings.Catalog.TryGetType(old.Type, out var type))
        {
            return ApiKeyFailure.Conflict($"The type '{old.Type}' of this API key is no longer in the catalog");
        }

        return WithSecret(settings, type, old with
        {
            Id = NewId(now),
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

    /// <summary>Makes a key that has no hash yet.</summary>
    private ApiKeyResult<ApiKey> TryMake(
        CompiledApiKeyOptions settings, string workspace, CreateApiKeyRequest request, string? createdBy, out ApiKeyType? type)
    {
        var now = Timestamps.Now(_time);
        var rules = new KeyRequestValidator(settings.Catalog, now);
        var name = rules.Name(request.Name);
        type = rules.Type(request.Type);
        var owner = rules.Owner(request.OwnerId);
        var tier = rules.Tier(request.Tier);
        var permissions = rules.Permissions(request.Permissions);
        var networks = rules.Networks(request.AllowedNetworks);
        var limits = rules.RateLimits(request.RateLimits, settings.Options.MaxRateLimit);
        var expiresAt = rules.ExpiresAt(request.ExpiresAt, request.ExpiresIn);
        var metadata = rules.Metadata(request.Metadata);
        IdempotentId.Check(request.IdempotencyKey, rules);
        if (type is null || !rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        if (request.Tier is null && request.Permissions is null)
        {
            tier = rules.Tier(type.DefaultTier);
            permissions = rules.Permissions(type.DefaultPermissions);
        }

        return new ApiKey
        {
            Id = request.IdempotencyKey is { } value
                ? IdPrefix + IdempotentId.Derive(workspace, createdBy, value)
                : NewId(now),
            Workspace = workspace,
            Hash = default,
            Name = name,
            Type = type.Name,
            OwnerId = owner,
            Tier = tier,
            Permissions = permissions,
            CreatedAt = now,
            CreatedBy = createdBy,
            ExpiresAt = expiresAt,
            AllowedNetworks = networks,
            RateLimits = limits,
            Metadata = metadata,
        };
    }

    private static IssuedApiKey WithSecret(CompiledApiKeyOptions settings, ApiKeyType type, ApiKey key)
    {
        var secret = settings.Format.Generate(type.Prefix);
        var hash = settings.Hasher.Hash(Encoding.ASCII.GetBytes(secret));
        return new IssuedApiKey(key with { Hash = hash, Hint = SecretFormat.Hint(secret) }, secret);
    }

    private static string NewId(DateTimeOffset createdAt) => IdPrefix + Guid.CreateVersion7(createdAt).ToString("N");
}

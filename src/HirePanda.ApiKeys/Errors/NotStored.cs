namespace HirePanda.ApiKeys;

/// <summary>Marks an endpoint whose responses, including errors, no cache may store.</summary>
internal sealed class NotStored
{
    public const string CacheControl = "no-store";

    public static readonly NotStored Instance = new();

    private NotStored()
    {
    }
}

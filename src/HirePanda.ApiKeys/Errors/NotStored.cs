namespace HirePanda.ApiKeys;

/// <summary>Marks endpoints of which no cache may store an answer, errors included.</summary>
internal sealed class NotStored
{
    public const string CacheControl = "no-store";

    public static readonly NotStored Instance = new();

    private NotStored()
    {
    }
}

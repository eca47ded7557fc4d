using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>A message that tells other processes what to drop from their caches.</summary>
/// <param name="Sender">The id of the process that sends it.</param>
/// <param name="At">The time when the change was stored.</param>
/// <param name="Workspace">The workspace to drop with all of its keys, or null if there is none.</param>
/// <param name="Hashes">The hashes of the keys to drop.</param>
internal sealed record ChangeMessage(string Sender, DateTimeOffset At, string? Workspace, IReadOnlyList<ApiKeyHash> Hashes)
{
    /// <summary>The most keys in a message. A change of more keys drops all keys of the workspace.</summary>
    public const int MaxHashes = 100;

    private const string Version = "1";
    private const char Separator = '\n';

    /// <summary>Creates the message about a change.</summary>
    public static ChangeMessage From(ApiKeyChangeSet change, string sender, DateTimeOffset at)
    {
        ApiKey[] keys = [.. change.Added, .. change.Updated];
        return keys.Length <= MaxHashes
            ? new(sender, at, change.Workspace?.Id, Array.ConvertAll(keys, key => key.Hash))
            : new(sender, at, change.Workspace?.Id ?? keys[0].Workspace, []);
    }

    /// <summary>Reads a message.</summary>
    /// <returns>The message, or null if it is not a message of this version.</returns>
    public static ChangeMessage? Parse(string? text)
    {
        if (text?.Split(Separator) is not [Version, var sender, var at, var workspace, .. var hashes]
            || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || !Array.TrueForAll(hashes, hash => hash.Length == 2 * ApiKeyHash.Size && hash.All(char.IsAsciiHexDigit)))
        {
            return null;
        }

        return new(
            sender,
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
            workspace.Length == 0 ? null : Uri.UnescapeDataString(workspace),
            Array.ConvertAll(hashes, ApiKeyHash.Parse));
    }

    public override string ToString() => string.Join(
        Separator,
        [
            Version,
            Sender,
            At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            Workspace is null ? "" : Uri.EscapeDataString(Workspace),
            .. Hashes.Select(hash => hash.ToString()),
        ]);
}

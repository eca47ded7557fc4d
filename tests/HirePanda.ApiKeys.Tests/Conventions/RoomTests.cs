namespace HirePanda.ApiKeys.Tests;

/// <summary>The rooms of the library, and which rooms each of them can use.</summary>
public sealed class RoomTests
{
    private const string Assembly = "HirePanda.ApiKeys.dll";

    /// <summary>Every room, lowest first. A room can use only the rooms before it.</summary>
    private static readonly string[] _rooms =
    [
        "Outcomes", "Errors", "Telemetry", "Secrets", "Networks", "RateLimiting", "Background", "Catalog", "Options", "Counting",
        "Stores", "Keys", "Verification", "Authentication", "Credentials", "Authorization", "Access", "Usage", "Health",
        "Webhooks", "Alerts", "Management",
    ];

    [Fact]
    public void Rooms_UseOnlyRoomsBelowThem()
    {
        var wrong = ArrowsBetweenRooms().Where(arrow => Array.IndexOf(_rooms, arrow.From) <= Array.IndexOf(_rooms, arrow.To))
            .Select(arrow => $"{arrow.From} -> {arrow.To}: {arrow.Arrow.From}.{arrow.Arrow.Where} uses {arrow.Arrow.To}").Order();

        string.Join('\n', wrong).Should().BeEmpty();
    }

    [Fact]
    public void Folders_AreTheRooms()
        => Directory.GetDirectories(Path.Combine(Repository.Root, "src", "HirePanda.ApiKeys")).Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj")).Should().BeEquivalentTo(_rooms);

    private static IEnumerable<(string From, string To, Arrow Arrow)> ArrowsBetweenRooms()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, Assembly);
        var rooms = Arrows.ReadFiles(assembly)
            .ToDictionary(
                files => files.Key, files => files.Select(Room).Distinct().SingleOrDefault(room => room.Length > 0) ?? "");
        foreach (var arrow in Arrows.Read(assembly))
        {
            var (from, to) = (rooms.GetValueOrDefault(arrow.From, ""), rooms.GetValueOrDefault(arrow.To, ""));
            if (from != to && from.Length > 0 && to.Length > 0)
            {
                yield return (from, to, arrow);
            }
        }
    }

    /// <summary>
    /// Gets the folder of a source file, or an empty string for generated code and for the root, which only composes.
    /// </summary>
    private static string Room(string file)
    {
        var parts = file.Split('/', '\\');
        var index = Array.LastIndexOf(parts, "HirePanda.ApiKeys");
        return index >= 0 && index + 3 == parts.Length && parts[index + 1] != "obj" ? parts[index + 1] : "";
    }
}

namespace HirePanda.ApiKeys;

/// <summary>
/// What requests of one key have in common to be counted together, in one number: endpoint, status, country and latency bucket.
/// </summary>
internal readonly record struct UsageCell(ulong Value)
{
    private const int StatusShift = 8;
    private const int CountryShift = 18;
    private const int EndpointShift = 28;
    private const ulong MaxStatus = 1023;
    private const int Letters = 'Z' - 'A' + 1;

    /// <param name="endpoint">A number of <see cref="EndpointNames"/>.</param>
    /// <param name="status">The status code.</param>
    /// <param name="country">A number of <see cref="CountryNumber"/>.</param>
    /// <param name="latencyBucket">1 to 255; 0: not measured.</param>
    public UsageCell(int endpoint, int status, int country, int latencyBucket)
        : this(((ulong)(uint)endpoint << EndpointShift)
            | ((ulong)(uint)country << CountryShift)
            | (Math.Min((ulong)(uint)status, MaxStatus) << StatusShift)
            | (uint)latencyBucket)
    {
    }

    public int Endpoint => (int)(Value >> EndpointShift);

    public int Country => (int)(Value >> CountryShift) & 1023;

    public int Status => (int)(Value >> StatusShift) & 1023;

    public int LatencyBucket => (int)(Value & 255);

    /// <summary>Where it is counted when there is no room for its own: with all that has the same status.</summary>
    public UsageCell Other => new(EndpointNames.Other, Status, 0, 0);

    /// <summary>A country's number; 0: unknown.</summary>
    /// <param name="code">Two letters (ISO 3166-1 alpha-2), in either case; anything else is unknown, and so is XX.</param>
    public static int CountryNumber(ReadOnlySpan<char> code)
        => code is [var first, var second]
            && char.IsAsciiLetter(first)
            && char.IsAsciiLetter(second)
            && !code.Equals("XX", StringComparison.OrdinalIgnoreCase)
            ? 1 + (((first & ~0x20) - 'A') * Letters) + ((second & ~0x20) - 'A')
            : 0;

    public static string CountryName(int number) => number == 0
        ? "unknown"
        : new string([(char)('A' + ((number - 1) / Letters)), (char)('A' + ((number - 1) % Letters))]);
}

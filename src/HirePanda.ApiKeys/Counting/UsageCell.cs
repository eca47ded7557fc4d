namespace HirePanda.ApiKeys;

/// <summary>
/// Identifies requests of one key that are counted together, in one number: endpoint, status, country and latency bucket.
/// </summary>
internal readonly record struct UsageCell(ulong Value)
{
    private const int StatusShift = 8;
    private const int CountryShift = 18;
    private const int EndpointShift = 28;
    private const ulong MaxStatus = 1023;
    private const int Letters = 'Z' - 'A' + 1;

    /// <summary>Creates a cell.</summary>
    /// <param name="endpoint">The number from <see cref="EndpointNames"/>.</param>
    /// <param name="status">The status code. Codes above 1,023 count as 1,023.</param>
    /// <param name="country">The number from <see cref="CountryNumber"/>.</param>
    /// <param name="latencyBucket">The latency bucket from 1 to 255, or 0 if the latency was not measured.</param>
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

    /// <summary>Gets the cell to use if there is no room for this one. It combines all cells with the same status.</summary>
    public UsageCell Other => new(EndpointNames.Other, Status, 0, 0);

    /// <summary>Gets the number of a country, or 0 if the country is unknown.</summary>
    /// <param name="code">Two letters (ISO 3166-1 alpha-2), in any case. XX and every other text are unknown.</param>
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

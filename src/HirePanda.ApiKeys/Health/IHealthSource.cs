namespace HirePanda.ApiKeys;

/// <summary>A part of the library whose state the health check reports.</summary>
internal interface IHealthSource
{
    /// <summary>Gets the name of the part in the data of the health check.</summary>
    string Name { get; }

    /// <summary>Finds out what is wrong.</summary>
    /// <returns>The problem as a sentence, or null if there is none.</returns>
    ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken);
}

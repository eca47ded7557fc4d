namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// Tests that start builds, interpreters and servers: one after another and beside no others, so that on a machine of few cores
/// they take nobody the time that they wait for.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "One at a time";
}

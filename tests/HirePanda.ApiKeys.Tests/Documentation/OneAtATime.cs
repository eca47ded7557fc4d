namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// The collection of tests that start builds, interpreters, and servers. They run one at a time and not in parallel with other
/// tests, so that they do not slow down tests with time limits on a machine with few cores.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "One at a time";
}

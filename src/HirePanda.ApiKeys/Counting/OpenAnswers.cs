namespace HirePanda.ApiKeys;

/// <summary>Answers that have begun since the last report of usage, and how many of them are counted.</summary>
internal sealed class OpenAnswers
{
    private readonly StripedCounter _begun = new();
    private readonly StripedCounter _counted = new();

    /// <summary>Whether all are counted that had begun when it was asked.</summary>
    public bool AreCounted
    {
        get
        {
            // In this order: what is counted had begun before.
            var counted = _counted.Sum;
            return counted >= _begun.Sum;
        }
    }

    public void Begin() => _begun.Add();

    public void Count() => _counted.Add();
}

namespace HirePanda.ApiKeys;

/// <summary>Reports whether the store answers a read within the time-out of reads.</summary>
internal sealed class StoreHealth(StoreReader store) : IHealthSource
{
    public string Name => "store";

    public async ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (!store.HasStore)
        {
            return "No API key store is registered.";
        }

        if (store.TryRead([default], isKnown: true) is not { } read)
        {
            return "Too many reads of the API key store are in progress.";
        }

        try
        {
            await read.WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // A store can throw any exception. It then cannot answer.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return "The API key store cannot answer.";
        }
    }
}

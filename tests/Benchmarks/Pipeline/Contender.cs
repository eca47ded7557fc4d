using System.Net;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Something that can be done many times over.</summary>
/// <param name="name">What results call it.</param>
internal abstract class Contender(string name)
{
    public string Name { get; } = name;

    /// <summary>Does it once, and waits where it has to; throws where the outcome is not the expected one.</summary>
    public abstract Task PrimeAsync();

    /// <summary>Does it so many times; throws where it would have to wait or the outcome is not the expected one.</summary>
    public abstract void Run(int times);
}

/// <summary>A request through a whole application.</summary>
internal sealed class RequestContender(string name, Exchange exchange, int status) : Contender(name)
{
    private int _next;

    /// <summary>Authorization fields that are sent by turns; empty: the connection's own each time.</summary>
    public string[] Authorizations { get; init; } = [];

    public override async Task PrimeAsync()
    {
        await exchange.SendAsync().ConfigureAwait(false);
        Check();
    }

    public override void Run(int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (Authorizations.Length > 0)
            {
                exchange.Headers.Authorization = Authorizations[_next++ % Authorizations.Length];
            }

            if (!exchange.SendAsync().IsCompletedSuccessfully)
            {
                throw new InvalidOperationException($"A request of {Name} had to wait, so its time counts for nothing.");
            }
        }

        Check();
    }

    private void Check()
    {
        if (exchange.Response.StatusCode != status || exchange.Response.Written == 0)
        {
            throw new InvalidOperationException(
                $"{Name} answered {exchange.Response.StatusCode} with {exchange.Response.Written} bytes instead of {status}.");
        }
    }
}

/// <summary>The verifier of this library without HTTP around it.</summary>
internal sealed class VerifierContender(ApiKeyVerifier verifier, string secret) : Contender("verifier")
{
    private readonly ApiKeyVerificationContext _caller = new(IPAddress.Loopback);

    public override async Task PrimeAsync()
    {
        var verdict = await verifier.VerifyAsync(secret, _caller).ConfigureAwait(false);
        if (!verdict.IsValid)
        {
            throw new InvalidOperationException($"The verdict was {verdict.Outcome}.");
        }
    }

    public override void Run(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var verdict = verifier.VerifyAsync(secret, _caller);
            if (!verdict.IsCompletedSuccessfully || !verdict.Result.IsValid)
            {
                throw new InvalidOperationException("A verification had to wait or was refused, so its time counts for nothing.");
            }
        }
    }
}

using System.Net;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>An operation to measure.</summary>
/// <param name="name">The name in the results.</param>
internal abstract class Contender(string name)
{
    public string Name { get; } = name;

    /// <summary>Runs the operation once, and waits if necessary.</summary>
    /// <exception cref="InvalidOperationException">The outcome is not expected.</exception>
    public abstract Task PrimeAsync();

    /// <summary>Runs the operation the given number of times.</summary>
    /// <exception cref="InvalidOperationException">An operation does not complete synchronously or as expected.</exception>
    public abstract void Run(int times);
}

/// <summary>A request through a whole application.</summary>
internal sealed class RequestContender(string name, Exchange exchange, int status) : Contender(name)
{
    private int _next;

    /// <summary>Gets the Authorization fields to send in rotation. If it is empty, the connection's own field is sent.</summary>
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
                throw new InvalidOperationException($"A request of {Name} had to wait, so its time is not valid.");
            }
        }

        Check();
    }

    private void Check()
    {
        if (exchange.Response.StatusCode != status || exchange.Response.Written == 0)
        {
            throw new InvalidOperationException(
                $"{Name} returned {exchange.Response.StatusCode} with {exchange.Response.Written} bytes instead of {status}.");
        }
    }
}

/// <summary>The verifier of this library without HTTP.</summary>
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
                throw new InvalidOperationException("A verification had to wait or was refused, so its time is not valid.");
            }
        }
    }
}

using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>
/// Checks that Redis can share the limits: it answers within the time-out, is recent enough, and can run the script and write.
/// </summary>
internal sealed class RedisCheck(
    RedisConnection connection, GcraScript script, IOptions<RedisApiKeyOptions> options, TimeProvider time)
{
    /// <summary>The number of attempts until the client knows why it could not connect.</summary>
    private const int MaxAttempts = 5;

    /// <summary>The start of the technical details in messages of the client.</summary>
    private const string Details = ", mc: ";

    private static readonly TimeSpan _retryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly Version _oldest = new(6, 0);

    private readonly RedisValue[] _arguments = [1, "1000000/1"];
    private bool _isVersionChecked;

    /// <summary>Finds out why Redis cannot share the limits.</summary>
    /// <param name="family">
    /// A family, or null for none. In a cluster, the server that has its limits is checked, because only this one may have
    /// failed.
    /// </param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The reason as part of a sentence, or null if Redis can share the limits.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<string?> FindProblemAsync(string? family, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(family, cancellationToken).ConfigureAwait(false);
            }
            catch (RedisConnectionException exception) when (exception.InnerException is null && attempt < MaxAttempts)
            {
                await Task.Delay(_retryInterval, time, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The client and a host's own connection can throw any exception.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                return Explain(exception);
            }
        }
    }

    private async Task<string?> TryAsync(string? family, CancellationToken cancellationToken)
    {
        var multiplexer = await connection.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (!_isVersionChecked && multiplexer.GetServers() is { } servers)
        {
            if (Array.Find(servers, server => server.IsConnected && server.Version < _oldest) is { } old)
            {
                return $"the server has version {old.Version}, and version {_oldest} or later is required";
            }

            _isVersionChecked = Array.Exists(servers, server => server.IsConnected);
        }

        RedisKey[] key = [SharedLimits.GetKey(options.Value.KeyPrefix, family ?? "").Append(":check")];
        await script.RunAsync(connection.Database!, key, _arguments)
            .WaitAsync(options.Value.Timeout, time, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Gets the reason of a failure. Messages of the client do not contain the password.</summary>
    private string Explain(Exception exception) => exception switch
    {
        TimeoutException => $"it did not answer within {options.Value.Timeout.TotalMilliseconds} ms",
        RedisServerException when exception.Message.StartsWith("READONLY", StringComparison.Ordinal)
            => "the server is a read-only replica",
        RedisException => exception.GetBaseException().Message.Split(Details)[0],
        ArgumentException or FormatException => $"the configuration is not valid: {exception.Message}",
        _ => exception.Message,
    };
}

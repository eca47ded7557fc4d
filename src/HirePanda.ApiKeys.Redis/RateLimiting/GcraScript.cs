using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>
/// The script that decides about a request in Redis (<c>gcra.lua</c>). Requests send only its hash. A server that does not know
/// the hash, for example after a restart, gets the text once.
/// </summary>
internal sealed class GcraScript
{
    private const string Resource = "gcra.lua";

    private readonly byte[] _hash;

    /// <param name="text">The text. Tests use a text that reads another clock.</param>
    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by their SHA-1 hash.")]
    public GcraScript(string text)
    {
        Text = text;
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(text));
    }

    public string Text { get; }

    public static GcraScript Load() => new(EmbeddedScript.Read(Resource));

    /// <summary>Runs the script.</summary>
    /// <returns>The wait, and the debt of each limit, in ticks.</returns>
    /// <exception cref="RedisException">Redis could not run the script.</exception>
    public async Task<long[]> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        RedisResult result;
        try
        {
            result = await database.ScriptEvaluateAsync(_hash, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            result = await database.ScriptEvaluateAsync(Text, keys, arguments).ConfigureAwait(false);
        }

        return (long[]?)result ?? throw new RedisException("The rate limit script returned nothing.");
    }
}

using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The style, script and images of the dashboard, which are embedded in its assembly.</summary>
internal sealed class DashboardAssets
{
    private static readonly FrozenDictionary<string, string> _contentTypes = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, byte[]> _files = Read();

    /// <summary>Gets the hash of all files, which is part of their addresses, so that browsers can keep them for good.</summary>
    public string Hash
    {
        get { return field ??= HashOf(_files); }
    }

    /// <summary>Computes the hash of files.</summary>
    public static string HashOf(IEnumerable<KeyValuePair<string, byte[]>> files)
        => Convert.ToHexStringLower(
            SHA256.HashData([.. files.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => file.Value)]))[..16];

    /// <summary>Answers with a file.</summary>
    public async Task WriteAsync(HttpContext context, string hash, string name)
    {
        if (hash != Hash || !_files.TryGetValue(name, out var file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        context.Response.ContentType = _contentTypes[Path.GetExtension(name)];
        context.Response.ContentLength = file.Length;
        await context.Response.Body.WriteAsync(file, context.RequestAborted).ConfigureAwait(false);
    }

    private static FrozenDictionary<string, byte[]> Read()
    {
        var assembly = typeof(DashboardAssets).Assembly;
        return assembly.GetManifestResourceNames().Where(name => _contentTypes.ContainsKey(Path.GetExtension(name)))
            .ToFrozenDictionary(
                name => name,
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    using var copy = new MemoryStream();
                    stream.CopyTo(copy);
                    return copy.ToArray();
                },
                StringComparer.Ordinal);
    }
}

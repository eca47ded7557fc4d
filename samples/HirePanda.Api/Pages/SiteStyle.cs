using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace HirePanda.Api;

/// <summary>The style sheet of the pages. Browsers keep it, and ask whether it has changed.</summary>
internal static class SiteStyle
{
    public const string Path = "/site.css";

    private static readonly byte[] _content = Read();

    private static readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(_content))[..16]}\"");

    public static IResult Get(HttpContext context)
    {
        PageHeaders.Set(context.Response, cacheControl: "no-cache");
        return Results.Bytes(_content, "text/css; charset=utf-8", entityTag: _tag);
    }

    private static byte[] Read()
    {
        using var resource = typeof(SiteStyle).Assembly.GetManifestResourceStream("site.css")!;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return memory.ToArray();
    }
}

using System.Net;
using System.Text;

namespace HirePanda.Api.Tests;

/// <summary>A JSON body in two parts.</summary>
internal sealed class SlowBody : HttpContent
{
    private readonly Func<Task> _between;

    /// <param name="json">The body.</param>
    /// <param name="between">What happens when half of the body is sent.</param>
    public SlowBody(string json, Func<Task> between)
    {
        (Json, _between) = (json, between);
        Headers.ContentType = new("application/json");
    }

    public string Json { get; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var bytes = Encoding.UTF8.GetBytes(Json);
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await stream.FlushAsync();
        await _between();
        await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The response of an <see cref="Exchange"/>. It starts with the first flush and discards the body.</summary>
internal sealed class ExchangeResponse : PipeWriter, IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly Stack<KeyValuePair<Func<object, Task>, object>> _onStarting = new();
    private readonly Stack<KeyValuePair<Func<object, Task>, object>> _onCompleted = new();
    private readonly HeaderDictionary _headers = [];
    private readonly byte[] _buffer = new byte[4096];
    private Stream? _stream;

    public int StatusCode { get; set; }

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get => _headers; set => throw new NotSupportedException(); }

    public Stream Body { get => Stream; set => throw new NotSupportedException(); }

    public bool HasStarted { get; private set; }

    public Stream Stream => _stream ??= AsStream();

    public PipeWriter Writer => this;

    /// <summary>Gets the length of the last response in bytes.</summary>
    public int Written { get; private set; }

    public void OnStarting(Func<object, Task> callback, object state) => _onStarting.Push(new(callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push(new(callback, state));

    public void DisableBuffering()
    {
        // The response is not buffered.
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
        {
            return Task.CompletedTask;
        }

        HasStarted = true;
        return FireAsync(_onStarting);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
        => throw new NotSupportedException();

    public Task CompleteAsync() => StartAsync();

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

    public override void Advance(int bytes) => Written += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var start = StartAsync(cancellationToken);
        return start.IsCompletedSuccessfully ? default : AfterAsync(start);
    }

    public override void CancelPendingFlush()
    {
        // A flush is never pending.
    }

    public override void Complete(Exception? exception = null)
    {
        // The exchange ends the response.
    }

    public async Task EndAsync()
    {
        await StartAsync().ConfigureAwait(false);
        await FireAsync(_onCompleted).ConfigureAwait(false);
    }

    public void Reset()
    {
        StatusCode = StatusCodes.Status200OK;
        ReasonPhrase = null;
        HasStarted = false;
        Written = 0;
        _headers.Clear();
        _onStarting.Clear();
        _onCompleted.Clear();
    }

    /// <summary>Calls the callbacks last in, first out, as Kestrel does.</summary>
    private static async Task FireAsync(Stack<KeyValuePair<Func<object, Task>, object>> callbacks)
    {
        while (callbacks.TryPop(out var callback))
        {
            await callback.Key(callback.Value).ConfigureAwait(false);
        }
    }

    private static async ValueTask<FlushResult> AfterAsync(Task start)
    {
        await start.ConfigureAwait(false);
        return default;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A real server on a local socket that stores the received messages.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private const int FirstPort = 20_000;
    private const int Ports = 11_900;

    private readonly ConcurrentQueue<WebhookMessage> _messages = new();
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}/hook?token=x";

    public IReadOnlyList<WebhookMessage> Messages => [.. _messages];

    /// <summary>Gets or sets the response to each request. The default is 204.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public int Status
    {
        set => Answer = context =>
        {
            context.Response.StatusCode = value;
            return Task.CompletedTask;
        };
    }

    public static async Task<WebhookReceiver> StartAsync()
    {
        while (true)
        {
            var port = FirstPort + Random.Shared.Next(Ports);
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
            var app = builder.Build();
            var receiver = new WebhookReceiver(app, port);
            app.Run(receiver.ReceiveAsync);
            try
            {
                await app.StartAsync(TestContext.Current.CancellationToken);
                return receiver;
            }
            catch (IOException)
            {
                // The port is in use. Try another port.
                await app.DisposeAsync();
            }
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        _messages.Enqueue(new(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        await Answer(context);
    }
}

/// <summary>A request to a receiver.</summary>
internal sealed record WebhookMessage(string Request, Dictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public DateTimeOffset Timestamp
        => DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>
    /// Determines whether the message is signed with a secret, as a receiver does by the Standard Webhooks specification.
    /// </summary>
    public bool IsSignedWith(string secret)
    {
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret.Split('_')[1]));
        var signature = hmac.ComputeHash(Encoding.UTF8.GetBytes(string.Join('.', Id, Headers["webhook-timestamp"], Body)));
        return Headers["webhook-signature"].Split(' ').Contains($"v1,{Convert.ToBase64String(signature)}");
    }
}

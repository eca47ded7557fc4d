using HirePanda.ApiKeys;
using HirePanda.ApiKeys.Stores;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddControllers();
builder.Services.AddHirePandaApiKeys().AddStore<MyApiKeyStore>();
var app = builder.Build();
var (key, secret) = app.Services.GetRequiredService<ApiKeyIssuer>()
    .Issue("my-workspace", new() { Name = "First key", Type = "production" });
MyApiKeyStore.Keys[key.Hash] = key; // Keep the key; show the secret once.
Console.WriteLine($"export HIREPANDA_API_KEY={secret}");
app.MapControllers();
app.Run();

public class MyApiKeyStore : IApiKeyStore
{
    public static Dictionary<ApiKeyHash, ApiKey> Keys { get; } = [];
    public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
        => new(hashes.Select(hash => Keys.GetValueOrDefault(hash)).FirstOrDefault(key => key is not null));
}
[ApiController, Route("jobs")]
public class JobsController : ControllerBase
{
    [HttpGet, Authorize(Policy = "read")] public string[] List() => ["Gardener"];
    [HttpPost, Authorize(Policy = "write")] public string Create() => $"Created with {HttpContext.GetApiKey()!.Name}";
}

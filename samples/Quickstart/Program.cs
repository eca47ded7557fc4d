var builder = WebApplication.CreateBuilder(args);
builder.Services.AddHirePandaApiKeys().AddInMemoryStore();

var app = builder.Build();
app.MapGet("/jobs", string[] () => ["Gardener"]).RequireAuthorization("read");

// The store is empty at every start. A store that keeps its keys returns null from the second start on.
var first = await app.CreateFirstApiKeyAsync("my-workspace", new() { Name = "First key", Type = "production" });
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
    $"curl -H \"Authorization: Bearer {first?.Secret}\" {app.Urls.First()}/jobs"));
app.Run();

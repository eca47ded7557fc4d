using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <content>What people and callers of the API do.</content>
internal sealed partial class DashboardHost
{
    /// <summary>The address that people come from.</summary>
    public const string PersonAddress = "192.0.2.7";

    private readonly Dictionary<string, Visitor> _visitors = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the dashboard as a person, or as nobody if the name is null.</summary>
    public Visitor Visit(string? person = People.Owner) => new(Handler(), person);

    public HttpMessageHandler Handler()
        => Services.GetRequiredService<IServer>() is TestServer server ? server.CreateHandler() : new SocketsHttpHandler();

    /// <summary>Loads a page.</summary>
    public Task<Page> GetAsync(string path, string person = People.Owner)
        => ReadAsync(VisitorOf(person).GetAsync("/dashboard" + path, (AddressField, PersonAddress)));

    /// <summary>Posts a form with the token of another page.</summary>
    public async Task<Page> PostAsync(string path, Dictionary<string, string>? form = null, string person = People.Owner)
    {
        await GetAsync("/keys", person);
        return await ReadAsync(VisitorOf(person).PostAsync(
            "/dashboard" + path, form?.Select(field => (field.Key, field.Value)), (AddressField, PersonAddress)));
    }

    /// <summary>Loads a page, and posts a form with the hidden fields of the page.</summary>
    public Task<Page> SubmitAsync(string page, string path, params (string Name, string Value)[] fields)
        => SubmitAsync(People.Owner, page, path, fields);

    /// <summary>Loads a page as a person, and posts a form with the hidden fields of the page.</summary>
    public async Task<Page> SubmitAsync(string person, string page, string path, (string Name, string Value)[] fields)
    {
        var hidden = (await GetAsync(page, person)).HiddenFields();
        return await ReadAsync(VisitorOf(person).SendAsync(
            HttpMethod.Post,
            "/dashboard" + path,
            [.. fields.Concat(hidden).DistinctBy(field => field.Name)],
            (AddressField, PersonAddress)));
    }

    /// <summary>Calls the API with a key, and waits until the request is counted.</summary>
    /// <param name="secret">The secret of the key.</param>
    /// <param name="endpoint">The method and the path.</param>
    /// <param name="fields">The header fields.</param>
    public async Task<HttpStatusCode> CallAsync(
        string secret, string endpoint = "GET /jobs", params (string Name, string Value)[] fields)
    {
        var (method, path) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
        var origin = Services.GetRequiredService<IServer>() is TestServer ? "http://localhost" : Address;
        using var client = new HttpMessageInvoker(Handler());
        using var request = new HttpRequestMessage(new HttpMethod(method), origin + path);
        request.Headers.Add("Authorization", "Bearer " + secret);
        foreach (var (name, value) in fields)
        {
            request.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(request, Token);
        await Services.GetRequiredService<CompletedRequests>().WaitAsync(Token);
        return response.StatusCode;
    }

    /// <summary>Creates a key of production.</summary>
    public async Task<(ApiKey Key, string Secret)> CreateKeyAsync(string name = "checkout-prod", string? workspace = null)
    {
        var owner = People.Actor(People.Owner, workspace ?? People.Workspace, ApiKeyTiers.Admin);
        var issued = await CreateAsync(owner, new() { Name = name, Type = ApiKeyTypes.Production });
        return (issued.Key, issued.Secret);
    }

    /// <summary>Creates a key of a pipeline.</summary>
    public Task<IssuedApiKey> CreateAsync(
        string name = "checkout-prod", Func<CreateApiKeyRequest, CreateApiKeyRequest>? with = null)
    {
        var request = new CreateApiKeyRequest { Name = name, Type = ApiKeyTypes.Ci };
        return CreateAsync(People.Administrator, with?.Invoke(request) ?? request);
    }

    public async Task<IssuedApiKey> CreateAsync(ApiKeyActor actor, CreateApiKeyRequest request)
    {
        await using var scope = Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().CreateAsync(actor, request, Token);
        return result.Value!;
    }

    public async Task<ApiKey> FindAsync(string id) => (await Store.GetKeyAsync(People.Workspace, id, Token))!;

    public async Task<ApiKey> FindByNameAsync(string name)
        => (await Store.ListKeysAsync(new() { Workspace = People.Workspace, Limit = 200, Now = Time.GetUtcNow() }, Token))
            .Single(key => key.Name == name);

    public async ValueTask DisposeAsync()
    {
        foreach (var visitor in _visitors.Values)
        {
            visitor.Dispose();
        }

        await _app.DisposeAsync();
    }

    private static async Task<Page> ReadAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        return await Page.ReadAsync(response);
    }

    private Visitor VisitorOf(string person)
        => _visitors.TryGetValue(person, out var known) ? known : _visitors[person] = Visit(person);
}

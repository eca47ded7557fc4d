using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Calls of key management by an admin, shared by the tests of it.</summary>
internal static class ManagementApi
{
    public const string Keys = "/api/v1/api-keys";

    public static Task<TestApi> StartAsync(Action<ApiKeyOptions>? options = null) => TestApi.StartAsync(
        options, app: app => app.MapHirePandaApiKeys(Keys));

    public static Task<HttpResponseMessage> PostAsync(this TestApi api, string path, string? secret, object? body = null)
        => api.SendAsync(HttpMethod.Post, Keys + path, secret, body);

    public static Task<HttpResponseMessage> PatchAsync(
        this TestApi api, string id, string? secret, object body, string? ifMatch = null)
        => api.SendAsync(HttpMethod.Patch, $"{Keys}/{id}", secret, body, change: request =>
        {
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }
        });

    public static async Task<JsonElement> CreateAsync(this TestApi api, string secret, object body)
    {
        using var response = await api.PostAsync("", secret, body);
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.TextAsync());
        return await response.JsonAsync();
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static async Task<HttpStatusCode> StatusAsync(this TestApi api, string secret, string path = "/read")
    {
        using var response = await api.GetAsync(path, secret);
        return response.StatusCode;
    }

    /// <summary>Gets the secret of an admin key of another workspace.</summary>
    public static string OtherWorkspace(this TestApi api)
    {
        var (key, secret) = api.Services.GetRequiredService<ApiKeyIssuer>()
            .Issue("other", new CreateApiKeyRequest { Name = "Other", Type = ApiKeyTypes.Production });
        api.Store.Add(key);
        return secret;
    }
}

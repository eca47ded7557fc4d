using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The metadata for API descriptions.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task Endpoints_OfManagement_DescribeTheirResponsesAndParameters()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddEndpointsApiExplorer(),
            app: app => Microsoft.AspNetCore.Builder.ApiKeyEndpointRouteBuilderExtensions.MapHirePandaApiKeys(app, "/keys"));

        var calls = api.Services.GetRequiredService<IApiDescriptionGroupCollectionProvider>().ApiDescriptionGroups.Items
            .SelectMany(group => group.Items).Where(item => item.RelativePath!.StartsWith("keys", StringComparison.Ordinal))
            .ToDictionary(item => $"{item.HttpMethod} /{item.RelativePath}");

        calls.Should().HaveCount(33, "eleven of the twenty-two are read, and answer HEAD too");
        calls["POST /keys/"].SupportedResponseTypes.Should()
            .Contain(response => response.StatusCode == 201 && response.Type == typeof(KeyResponse))
            .And.Contain(response => response.StatusCode == 400 && response.Type == typeof(ErrorEnvelope));
        calls["GET /keys/"].ParameterDescriptions.Select(parameter => parameter.Name)
            .Should().Equal("status", "type", "name", "ownerId", "createdBy", "cursor", "limit");
        calls["POST /keys/"].ParameterDescriptions.Should().ContainSingle().Which.Name.Should().Be("Idempotency-Key");
        calls["GET /keys/audit"].ParameterDescriptions.Select(parameter => parameter.Name)
            .Should().Equal("keyId", "action", "actor", "from", "to", "cursor", "limit");
        calls["GET /keys/alerts"].ParameterDescriptions.Select(parameter => parameter.Name)
            .Should().Equal("open", "cursor", "limit");
        calls["PUT /keys/ip-allowlist"].ParameterDescriptions.Select(parameter => parameter.Name).Should().Equal("force");
        calls["GET /keys/usage"].ParameterDescriptions.Select(parameter => parameter.Name)
            .Should().Equal("from", "to", "keyId", "interval");
    }
}

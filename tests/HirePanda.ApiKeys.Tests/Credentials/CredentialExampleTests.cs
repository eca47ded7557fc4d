using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The examples of docs/credentials.md are parts of this file, so that they compile.</summary>
public sealed partial class CredentialExampleTests
{
    [Fact]
    public void Examples_InTheDocs_Compile()
    {
        var source = Trimmed(File.ReadAllText(
            Path.Combine(Repository.Root, "tests", "HirePanda.ApiKeys.Tests", "Credentials", "CredentialExampleTests.cs")));
        var examples = Fence().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "credentials.md")))
            .Select(match => Trimmed(match.Groups["code"].Value)).ToList();

        examples.Should().HaveCount(7);
        examples.Should().AllSatisfy(example => source.Should().Contain(example));
    }

    [Fact]
    public void Examples_Run_AcceptTheSchemes()
    {
        var builder = WebApplication.CreateSlimBuilder();
        Accept(builder);
        Accept(builder.Services.AddHirePandaApiKeys());

        ((Delegate)WorkspaceAsync).Should().NotBeNull();
        builder.Services.Count(service => service.ServiceType == typeof(AcceptedScheme)).Should().Be(4);
    }

    [Fact]
    public void Examples_OfOpenIddict_AcceptItsTokens()
    {
        var local = WebApplication.CreateSlimBuilder();
        AcceptTokens(local);
        var remote = WebApplication.CreateSlimBuilder();
        remote.Configuration["Introspection:ClientSecret"] = "secret";
        AcceptRemoteTokens(remote.Services.AddHirePandaApiKeys(), remote.Configuration);
        AcceptToRead(remote.Services.AddHirePandaApiKeys());

        Schemes(local).Should().Equal("OpenIddict.Validation.AspNetCore");
        Schemes(remote).Should().Equal("OpenIddict.Validation.AspNetCore", "Cookies");

        static IEnumerable<string> Schemes(WebApplicationBuilder builder)
            => builder.Services.Where(service => service.ServiceType == typeof(AcceptedScheme))
                .Select(service => service.ImplementationInstance).OfType<AcceptedScheme>().Select(scheme => scheme.Name);
    }

    private static void Accept(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication()
            .AddJwtBearer()
            .AddCookie();
        builder.Services.AddHirePandaApiKeys()
            .AddStore<MyApiKeyStore>()
            .AcceptScheme("Bearer")
            .AcceptScheme("Cookies");
    }

    private static void Accept(ApiKeyBuilder keys)
    {
        keys.AcceptScheme("Identity.Application", scheme => scheme.MapActor = user
            => user.FindFirstValue("organization") is { } organization
                ? new ApiKeyActor
                {
                    Id = user.FindFirstValue(ClaimTypes.NameIdentifier)!,
                    Workspace = organization,
                    Tier = user.IsInRole("owner") ? "admin" : "read",
                }
                : null);

        keys.AcceptScheme("Partner", scheme => scheme.Selects = context
            => context.Request.Headers.Authorization.ToString() is ['B' or 'b', _, _, _, _, _, ' ', .. var token]
                && new JsonWebTokenHandler().CanReadToken(token)
                && new JsonWebToken(token).Issuer == "https://partner.example");
    }

    private static void AcceptTokens(WebApplicationBuilder builder)
    {
        builder.Services.AddOpenIddict()
            .AddValidation(validation => validation.AddAudiences("my-api"));
        builder.Services.AddHirePandaApiKeys()
            .AddStore<MyApiKeyStore>()
            .AcceptOpenIddictTokens();
    }

    private static void AcceptRemoteTokens(ApiKeyBuilder keys, ConfigurationManager configuration)
        => keys.AcceptOpenIddictTokens(validation => validation
            .SetIssuer("https://login.example/")
            .AddAudiences("my-api")
            .UseIntrospection()
            .SetClientId("my-api")
            .SetClientSecret(configuration["Introspection:ClientSecret"]!));

    private static void AcceptToRead(ApiKeyBuilder keys)
        => keys.AcceptScheme("Cookies", cookie => cookie.Selects = context
            => HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Authorization.Count == 0
                && context.Request.Cookies.ContainsKey(".AspNetCore.Cookies"));

    private static async Task<IResult> WorkspaceAsync(
        HttpContext context, IApiKeyActorResolver resolver, CancellationToken cancellationToken)
    {
        var actor = await resolver.ResolveAsync(context, cancellationToken);
        return actor is null ? Results.Forbid() : Results.Ok(actor.Workspace);
    }

    private static string Trimmed(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));

    [GeneratedRegex(@"```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    private sealed class MyApiKeyStore : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => new((ApiKey?)null);
    }
}

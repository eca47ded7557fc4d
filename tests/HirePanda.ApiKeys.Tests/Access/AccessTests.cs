using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Which endpoints a key can call.</summary>
public sealed class AccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Endpoints_OfEveryKind_HaveTheAccessOfTheirPolicy()
    {
        await using var api = await StartAsync();
        var (key, _) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = "ci", Tier = "read", Permissions = ["billing:read"] });

        var rows = await RowsAsync(api, key.Id);

        rows.Where(row => !row.Contains(ManagementApi.Keys)).Should().Equal(
            "GET /admin missing_permission admin",
            "* /any-method anonymous ",
            "GET /bare allowed ",
            "GET /both allowed ",
            "GET /cookie not_with_api_keys ",
            "GET /data depends_on_request ",
            "GET /hosts depends_on_request ",
            "GET /items/{id} allowed ",
            "POST /jobs missing_permission jobs:write",
            "GET /misspelled depends_on_request ",
            "GET /open anonymous ",
            "GET /own missing_permission keys:manage team:manage",
            "GET /read allowed ",
            "GET /role depends_on_request ",
            "GET /same allowed ",
            "GET /selected depends_on_request ",
            "GET /sometimes depends_on_request jobs:write",
            "GET /unlocked anonymous ",
            "HEAD /write missing_permission write",
            "POST /write missing_permission write");
    }

    [Fact]
    public async Task Endpoints_ThatAreDecided_AnswerRequestsAsTheListSays()
    {
        await using var api = await StartAsync();
        foreach (var tier in new[] { "read", "write", "admin", null })
        {
            var (key, secret) = api.Issue(
                new CreateApiKeyRequest { Name = "x", Type = "production", Tier = tier, Permissions = ["billing:read"] });
            var rows = (await RowsAsync(api, key.Id)).Select(row => row.Split(' '));
            foreach (var row in rows.Where(row => row[0] == "GET" && row[2] != "depends_on_request"))
            {
                using var response = await api.GetAsync(row[1], secret);
                var isAdmitted = response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    or HttpStatusCode.Redirect);
                isAdmitted.Should().Be(row[2] is "allowed" or "anonymous", string.Join(' ', row) + $" with {tier}");
            }
        }
    }

    [Fact]
    public async Task Endpoints_OfManagement_AreListedOnceEachWithoutItsFallbacks()
    {
        await using var api = await StartAsync();
        var (key, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci" });

        var rows = (await RowsAsync(api, key.Id)).Where(row => row.Contains(ManagementApi.Keys)).ToList();

        rows.Should().HaveCount(33).And.OnlyHaveUniqueItems();
        rows.Should().Contain($"GET {ManagementApi.Keys}/me allowed ")
            .And.Contain($"GET {ManagementApi.Keys} missing_permission keys:manage")
            .And.Contain($"GET {ManagementApi.Keys}/{{id}}/endpoints missing_permission keys:manage");
    }

    [Fact]
    public async Task Evaluate_OfAKeyThatDoesNotExist_IsThatOfOneThatDoes()
    {
        await using var api = await StartAsync();
        var (key, _) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = "ci", Tier = "write", Permissions = ["billing:read"] });
        await using var scope = api.Services.CreateAsyncScope();
        var evaluator = scope.ServiceProvider.GetRequiredService<ApiKeyAccessEvaluator>();

        var rows = evaluator.Evaluate("Write", ["BILLING:read", "no:such"]);
        var stored = await evaluator.GetAsync(new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace }, key.Id, Token);

        rows.Should().BeEquivalentTo(stored.Value, options => options.WithStrictOrdering());
        evaluator.Evaluate("no such tier", []).Should().Contain(row => row.Access == ApiKeyAccess.MissingPermission
            && row.Endpoint == "GET /read" && row.Missing.Single() == "read");
    }

    [Fact]
    public async Task Endpoints_OfAKeyThatTheCallerDoesNotSee_AreNotFound()
    {
        await using var api = await StartAsync();
        var (bobs, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci", OwnerId = "bob" });
        var (own, ann) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "production", OwnerId = "ann" });

        foreach (var (secret, id, status) in new[]
        {
            (ann, own.Id, HttpStatusCode.OK), (ann, bobs.Id, HttpStatusCode.NotFound),
            (api.OtherWorkspace(), bobs.Id, HttpStatusCode.NotFound), (ann, "key_nobody", HttpStatusCode.NotFound),
        })
        {
            using var response = await api.GetAsync($"{ManagementApi.Keys}/{id}/endpoints", secret);
            response.StatusCode.Should().Be(status);
        }
    }

    [Fact]
    public async Task Endpoints_WithAFallbackPolicy_AreOpenOnlyWhereTheySaySo()
    {
        await using var api = await StartAsync(authorization => authorization.FallbackPolicy
            = new AuthorizationPolicyBuilder().RequireApiKeyPermission("jobs:write").Build());
        var (key, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci", Tier = "read" });

        var rows = await RowsAsync(api, key.Id);

        rows.Should().Contain("GET /open missing_permission jobs:write").And.Contain("GET /unlocked anonymous ")
            .And.Contain("GET /read allowed ");
    }

    [Theory]
    [InlineData("ApiKey", "allowed")]
    [InlineData("Cookie", "not_with_api_keys")]
    [InlineData("Selector", "depends_on_request")]
    [InlineData(null, "not_with_api_keys")]
    public async Task Endpoints_WithoutASchemeOfTheirOwn_FollowTheDefaultScheme(string? scheme, string access)
    {
        await using var api = await StartAsync(scheme: scheme);
        var (key, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci" });

        (await RowsAsync(api, key.Id)).Should().Contain($"GET /bare {access} ");
    }

    [Fact]
    public async Task Endpoints_WhosePolicyIsReadLater_AreAwaitedByAKeyAndUndecidedWithoutOne()
    {
        var gate = new TaskCompletionSource();
        await using var api = await TestApi.StartAsync(
            first: builder => builder.Services.AddAuthorization().AddSingleton<IAuthorizationPolicyProvider>(new Slow(gate.Task)),
            app: app =>
            {
                app.MapHirePandaApiKeys(ManagementApi.Keys);
                app.MapGet("/slow", () => "slow").RequireAuthorization("slow");
            });
        var (key, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci" });
        await using var scope = api.Services.CreateAsyncScope();
        var evaluator = scope.ServiceProvider.GetRequiredService<ApiKeyAccessEvaluator>();

        var undecided = evaluator.Evaluate("read", []);
        var actor = new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace };
        var reading = evaluator.GetAsync(actor, key.Id, Token);
        gate.SetResult();

        undecided.Single(row => row.Endpoint == "GET /slow").Access.Should().Be(ApiKeyAccess.DependsOnRequest);
        (await reading).Value!.Single(row => row.Endpoint == "GET /slow").Missing.Should().Equal("admin");
    }

    private static Task<TestApi> StartAsync(
        Action<AuthorizationOptions>? authorization = null, string? scheme = ApiKeyDefaults.AuthenticationScheme)
        => TestApi.StartAsync(
            services: builder =>
            {
                builder.Services.AddAuthentication(options => options.DefaultScheme = scheme)
                    .AddCookie("Cookie")
                    .AddPolicyScheme("Selector", null, options => options.ForwardDefault = "Cookie");
                builder.Services.AddAuthorization(options =>
                {
                    options.AddPolicy("own", policy => policy
                        .RequireApiKeyPermission("keys:manage").RequireApiKeyPermission("Team:Manage")
                        .RequireApiKeyPermission("team:manage").RequireApiKeyPermission("billing:read"));
                    options.AddPolicy("sometimes", policy => policy
                        .RequireApiKeyPermission("jobs:write").RequireAssertion(_ => true));
                    authorization?.Invoke(options);
                });
            },
            app: app =>
            {
                app.MapHirePandaApiKeys(ManagementApi.Keys);
                app.MapGet("/items/{id}", (string id) => id).RequirePermission("jobs:read");
                app.MapGet("/bare", () => "").RequireAuthorization();
                app.MapGet("/cookie", () => "").RequireAuthorization(policy => With(policy, "Cookie"));
                app.MapGet("/both", () => "").RequireAuthorization(policy => With(policy, "Cookie", "ApiKey"));
                app.MapGet("/selected", () => "").RequireAuthorization(policy => With(policy, "Selector"));
                app.MapGet("/role", () => "").RequireAuthorization(
                    new AuthorizeAttribute { Roles = "boss", AuthenticationSchemes = "ApiKey" });
                app.MapGet("/sometimes", () => "").RequireAuthorization("sometimes");
                app.MapGet("/own", () => "").RequireAuthorization("own");
                app.MapGet("/misspelled", () => "").RequireAuthorization("misspelled");
                app.MapGet("/data", () => "").RequireAuthorization("read").WithMetadata(new Data());
                app.MapGet("/unlocked", () => "").RequirePermission("jobs:write").AllowAnonymous();
                app.Map("/any-method", () => "");
                app.MapGet("/hosts", () => "").RequireHost("a.test").RequirePermission("jobs:read");
                app.MapGet("/hosts", () => "").RequireHost("b.test");
                app.MapGet("/same", () => "").RequireHost("a.test").RequirePermission("jobs:read");
                app.MapGet("/same", () => "").RequireHost("localhost").RequirePermission("analytics:read");
                app.MapGet("/dashboard", () => "").WithMetadata(ExcludeFromApiKeyAccess.Instance);
                app.MapGet("/links-only", () => "").WithMetadata(new SuppressMatchingMetadata());
            });

    private static void With(AuthorizationPolicyBuilder policy, params string[] schemes)
        => policy.AddAuthenticationSchemes(schemes).RequireAuthenticatedUser();

    /// <summary>Reads the rows over HTTP, as a person would.</summary>
    private static async Task<List<string>> RowsAsync(TestApi api, string id)
        => [.. (await api.ItemsAsync($"{ManagementApi.Keys}/{id}/endpoints", api.Secret())).Select(row
            => $"{row.Text("endpoint")} {row.Text("access")} "
                + string.Join(' ', row.GetProperty("missing").EnumerateArray().Select(name => name.GetString())))];

    private sealed class Data : IAuthorizationRequirementData, IAuthorizationRequirement
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];
    }

    private sealed class Slow(Task gate) : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy> GetDefaultPolicyAsync()
            => Task.FromResult(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

        public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
        {
            if (policyName != "slow")
            {
                return null;
            }

            await gate;
            return new AuthorizationPolicyBuilder().RequireApiKeyPermission("admin").Build();
        }
    }
}

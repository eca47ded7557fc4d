using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Permission checks in code.</summary>
public sealed class PermissionQuestionTests
{
    [Theory]
    [InlineData("read", "read JOBS:READ")]
    [InlineData("write", "read write JOBS:READ jobs:write")]
    [InlineData("admin", "read write JOBS:READ jobs:write billing:read")]
    [InlineData(null, "")]
    public async Task HasApiKeyPermission_UserOfARequest_IsWhatPoliciesDecide(string? tier, string held)
    {
        string[] asked = ["read", "write", "JOBS:READ", "jobs:write", "billing:read", "jobs:raed"];
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet(
                "/held", (HttpContext context) => string.Join(' ', asked.Where(context.User.HasApiKeyPermission))));

        using var response = await api.GetAsync("/held", tier is null ? null : api.Secret(tier));

        (await response.TextAsync()).Should().Be(held);
    }

    [Fact]
    public void HasApiKeyPermission_PrincipalOfAnotherScheme_IsFalseForAnyClaims()
        => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ApiKeyClaimTypes.Scope, "jobs:write")], "Bearer"))
            .HasApiKeyPermission("jobs:write").Should().BeFalse();

    [Fact]
    public async Task Evaluator_KeyWithTierAndPermissions_CountsThemTogetherInTheCatalogsOrder()
    {
        await using var api = await TestApi.StartAsync();
        var evaluator = api.Services.GetRequiredService<ApiKeyPermissionEvaluator>();
        var (key, _) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Both",
                Type = ApiKeyTypes.Ci,
                Tier = "read",
                Permissions = ["keys:manage", "jobs:write"],
            },
            key => key with { Permissions = [.. key.Permissions, "from:an-older-catalog"] });

        evaluator.GetPermissions(key).Should().Equal(
            "jobs:read", "candidates:read", "analytics:read", "webhooks:read", "jobs:write", "keys:manage");
        evaluator.HasPermission(key, "Keys:Manage").Should().BeTrue();
        evaluator.HasPermission(key, "read").Should().BeTrue();
        evaluator.HasPermission(key, "write").Should().BeFalse();
        evaluator.HasPermission(key, "from:an-older-catalog").Should().BeFalse("the catalog does not have it");
    }
}

using System.Net;

namespace HirePanda.ApiKeys.Tests;

public sealed class RevokeTests
{
    [Fact]
    public async Task Revoke_ActiveKey_IsFinalAndImmediate()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var key = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.OK);

        using var first = await api.PostAsync($"/{key.Text("id")}/revoke", secret, new { reason = "leaked" });
        (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        using var second = await api.PostAsync($"/{key.Text("id")}/revoke", secret, new { reason = "again" });

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        var json = await first.JsonAsync();
        json.Text("status").Should().Be("revoked");
        json.Text("revokedAt").Should().Be("2026-11-24T12:00:00Z");
        json.Text("revokedReason").Should().Be("leaked");
        second.StatusCode.Should().Be(HttpStatusCode.OK);
        var again = await second.JsonAsync();
        foreach (var unchanged in new[] { "revokedAt", "revokedReason", "version" })
        {
            again.GetProperty(unchanged).GetRawText().Should().Be(json.GetProperty(unchanged).GetRawText());
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"cascade":true}""")]
    public async Task Revoke_RepeatedWithTheSameIfMatch_IsStillFine(string body)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var id = (await api.CreateAsync(secret, new { name = "x", type = "ci" })).Text("id");

        (await RevokeAsync("\"9\"")).Should().Be(HttpStatusCode.PreconditionFailed);
        (await RevokeAsync("\"1\"")).Should().Be(HttpStatusCode.OK);
        (await RevokeAsync("\"1\"")).Should().Be(HttpStatusCode.OK, "the requested state already applies");

        async Task<HttpStatusCode> RevokeAsync(string ifMatch)
        {
            using var response = await api.SendAsync(
                HttpMethod.Post,
                $"{ManagementApi.Keys}/{id}/revoke",
                secret,
                body,
                change: request => request.Headers.TryAddWithoutValidation(
                    "If-Match", ifMatch));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Revoke_Cascade_RevokesWhatTheKeyCreatedTransitively()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var parent = await api.CreateAsync(secret, new { name = "parent", type = "production" });
        var child = await api.CreateAsync(parent.Text("secret"), new { name = "child", type = "production" });
        var grandchild = await api.CreateAsync(child.Text("secret"), new { name = "grandchild", type = "ci" });
        var sibling = await api.CreateAsync(secret, new { name = "sibling", type = "ci" });

        using var response = await api.PostAsync($"/{parent.Text("id")}/revoke", secret, new { cascade = true });

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        foreach (var revoked in new[] { parent, child, grandchild })
        {
            (await api.StatusAsync(revoked.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        }

        (await api.StatusAsync(sibling.Text("secret"))).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revoke_CascadeWhileTheKeyCreatesAnother_RevokesThatToo()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var parent = await api.CreateAsync(secret, new { name = "parent", type = "production" });
        System.Text.Json.JsonElement child = default;
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count > 0)
            {
                api.Store.BeforeSave = _ => { };
                child = api.CreateAsync(parent.Text("secret"), new { name = "child", type = "ci" }).GetAwaiter().GetResult();
            }
        };

        (await api.PostAsync($"/{parent.Text("id")}/revoke", secret, new { cascade = true })).Dispose();

        (await api.StatusAsync(child.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Create_ByAKeyThatWasRevokedMeanwhile_IsRefusedByTheStore()
    {
        await using var api = await ManagementApi.StartAsync();
        var (parent, secret) = api.Issue();
        api.Store.BeforeSave = change =>
        {
            if (change.Added.Count > 0)
            {
                api.Store.BeforeSave = _ => { };
                api.Store.Change(parent, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
            }
        };

        using var response = await api.PostAsync("", secret, new { name = "child", type = "ci" });

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "the caller is evaluated again");
        using var admin = await api.GetAsync(ManagementApi.Keys, api.Secret());
        (await admin.JsonAsync()).GetProperty("items").EnumerateArray().Should().NotContain(key => key.Text("name") == "child");
    }

    [Fact]
    public async Task Revoke_StoreThrowsAfterItCommitted_StillTakesEffect()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (victim, victimSecret) = api.Issue();
        (await api.StatusAsync(victimSecret)).Should().Be(HttpStatusCode.OK);
        api.Store.AfterSave = () => throw new TimeoutException("The answer was lost.");

        using var response = await api.PostAsync($"/{victim.Id}/revoke", secret);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await api.StatusAsync(victimSecret)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Revoke_WithoutCascade_LeavesWhatTheKeyCreated()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var parent = await api.CreateAsync(secret, new { name = "parent", type = "production" });
        var child = await api.CreateAsync(parent.Text("secret"), new { name = "child", type = "ci" });

        (await api.PostAsync($"/{parent.Text("id")}/revoke", secret)).Dispose();

        (await api.StatusAsync(child.Text("secret"))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revoke_WhileOthersChangeTheKey_WinsInTheEnd()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var key = await api.CreateAsync(secret, new { name = "x", type = "ci" });

        var patches = Enumerable.Range(0, 20)
            .Select(i => Task.Run(() => api.PatchAsync(key.Text("id"), secret, new { name = $"name {i}" }))).ToList();
        using var response = await api.PostAsync($"/{key.Text("id")}/revoke", secret);
        await Task.WhenAll(patches);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Revoke_WhileRequestsRun_AdmitsNothingOnceItReturned()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var key = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        var returned = 0;
        var (admittedBefore, admittedAfter) = (0, 0);

        var requests = Task.Run(
            async () =>
            {
                for (var after = 0; after < 1000;)
                {
                    var startedAfter = Volatile.Read(ref returned) == 1;
                    var verdict = await api.Verifier.VerifyAsync(
                        key.Text("secret"), default, TestContext.Current.CancellationToken);
                    var isAdmitted = verdict.Outcome is ApiKeyOutcome.Valid or ApiKeyOutcome.RateLimited;
                    admittedBefore += isAdmitted && !startedAfter ? 1 : 0;
                    admittedAfter += isAdmitted && startedAfter ? 1 : 0;
                    after += startedAfter ? 1 : 0;
                }
            },
            TestContext.Current.CancellationToken);
        await TestApi.Until(() => Volatile.Read(ref admittedBefore) > 0);
        (await api.PostAsync($"/{key.Text("id")}/revoke", secret)).Dispose();
        Volatile.Write(ref returned, 1);
        await requests;

        admittedBefore.Should().BePositive();
        admittedAfter.Should().Be(0);
        (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"reason":1}""", "reason")]
    [InlineData("""{"cascade":"yes"}""", "cascade")]
    [InlineData("""{"why":"x"}""", "why")]
    public async Task Revoke_BadBody_NamesTheField(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();

        using var response = await api.PostAsync($"/{key.Id}/revoke", secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
    }
}

using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Revocations of many keys: their order, their completion, and their actor.</summary>
public sealed class CascadeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Revoke_CascadeOverThousandsOfChildren_RefusesTheRootFirstAndAsksOnceALevel()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (root, rootSecret) = api.Issue();
        var children = await AddAsync(api, root.Id, 5_000);
        var grandchildren = await AddAsync(api, children[4_999].Id, 3);
        (await api.StatusAsync(rootSecret)).Should().Be(HttpStatusCode.OK);
        var first = new TaskCompletionSource<ApiKeyChangeSet>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (saves, calls) = (0, 0);
        api.Store.BeforeManagement = () => Interlocked.Increment(ref calls);
        api.Store.BeforeSave = change =>
        {
            first.TrySetResult(change);
            if (Interlocked.Increment(ref saves) == 2)
            {
                // This is the status of the root while its children are not yet revoked.
                api.StatusAsync(rootSecret).GetAwaiter().GetResult().Should().Be(HttpStatusCode.Unauthorized);
            }
        };

        using var response = await api.PostAsync($"/{root.Id}/revoke", secret, new { cascade = true });

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        (await first.Task).Updated.Select(key => key.Id).Should().Equal(root.Id);
        saves.Should().Be(1 + 50 + 1, "a hundred keys go into one change");
        calls.Should().BeLessThan(3 * saves, "creators are read together, not one by one");
        api.Store.BeforeManagement = () => { };
        foreach (var id in new[] { children[0].Id, children[4_999].Id, grandchildren[2].Id })
        {
            (await api.Store.GetKeyAsync(TestApi.Workspace, id, Token))!.RevokedAt.Should().NotBeNull();
        }
    }

    [Fact]
    public async Task Revoke_CascadeWhoseCallerHangsUp_RunsToItsEnd()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (root, rootSecret) = api.Issue();
        var children = await AddAsync(api, root.Id, 500);
        using var hangsUp = new CancellationTokenSource();
        var saves = 0;
        api.Store.BeforeSave = _ =>
        {
            if (Interlocked.Increment(ref saves) == 2)
            {
                hangsUp.Cancel();
            }
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{ManagementApi.Keys}/{root.Id}/revoke");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {secret}");
        request.Content = new StringContent(
            """{"cascade":true}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

        await api.Client.Invoking(client => client.SendAsync(request, hangsUp.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        await TestApi.Until(() => Volatile.Read(ref saves) == 1 + 5);
        await TestApi.Until(() => ActiveAsync(api).GetAwaiter().GetResult().Count() == 1);

        (await api.StatusAsync(rootSecret)).Should().Be(HttpStatusCode.Unauthorized);
        foreach (var child in children)
        {
            (await api.Store.GetKeyAsync(TestApi.Workspace, child.Id, Token))!.RevokedAt.Should().NotBeNull();
        }
    }

    [Fact]
    public async Task Revoke_CascadeByAKeyOfTheTreeItself_GoesOnWithoutIt()
    {
        await using var api = await ManagementApi.StartAsync();
        var (root, secret) = api.Issue();
        var children = await AddAsync(api, root.Id, 250);

        using var response = await api.PostAsync($"/{root.Id}/revoke", secret, new { cascade = true });

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        (await ActiveAsync(api)).Should().BeEmpty();
        children.Should().HaveCount(250);
    }

    [Fact]
    public async Task Revoke_CascadeThroughAKeyThatIsRevokedAlready_ReachesWhatItCreated()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (root, _) = api.Issue();
        var child = (await AddAsync(api, root.Id, 1))[0];
        var grandchild = (await AddAsync(api, child.Id, 1))[0];
        (await api.PostAsync($"/{child.Id}/revoke", secret)).Dispose();
        (await api.PostAsync($"/{root.Id}/revoke", secret)).Dispose();

        (await api.PostAsync($"/{root.Id}/revoke", secret, new { cascade = true })).Dispose();

        (await api.Store.GetKeyAsync(TestApi.Workspace, grandchild.Id, Token))!.RevokedAt.Should().NotBeNull();
    }

    [Fact]
    public async Task RevokeAll_ThousandsOfKeys_HoldsAHundredAtATime()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, secret) = api.Issue();
        await AddAsync(api, "somebody", 1_234);
        var most = 0;
        api.Store.BeforeSave = change => most = Math.Max(most, change.Updated.Count);

        using var response = await api.PostAsync("/revoke-all", secret, new { reason = "leak" });

        (await response.TextAsync()).Should().Be("""{"revoked":1234}""");
        most.Should().Be(100);
        (await ActiveAsync(api)).Should().Equal(admin.Id);
    }

    [Theory]
    [InlineData("/revoke-all")]
    [InlineData("/{id}/revoke")]
    public async Task Revoke_ByAKeyThatIsRevokedAtThatMoment_IsRefused(string path)
    {
        await using var api = await ManagementApi.StartAsync();
        var (leaked, secret) = api.Issue();
        var (fresh, freshSecret) = api.Issue();
        RevokeAtTheNextSave(api, leaked);

        using var response = await api.PostAsync(path.Replace("{id}", fresh.Id), secret);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(freshSecret)).Should().Be(HttpStatusCode.OK, "a revoked key cannot revoke keys");
    }

    [Fact]
    public async Task Revoke_CascadeThatReachesTheActorWhileAnotherKeyChanges_GoesOn()
    {
        await using var api = await ManagementApi.StartAsync();
        var (root, rootSecret) = api.Issue();
        var children = await AddAsync(api, root.Id, 2);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        using var created = await api.PostAsync("", rootSecret, new { name = "Actor", type = "production", tier = "admin" });
        created.StatusCode.Should().Be(HttpStatusCode.Created, await created.TextAsync());
        var secret = (await created.JsonAsync()).Text("secret");
        var saves = 0;
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count == 3 && ++saves == 1)
            {
                api.Store.Change(children[0], stored => stored with { Name = "Renamed", Version = stored.Version + 1 });
            }
        };

        using var response = await api.PostAsync($"/{root.Id}/revoke", secret, new { cascade = true });

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        saves.Should().Be(1, "the batch was refused and its keys came one by one");
        (await ActiveAsync(api)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RevokeAll_OwnerOfNull_IsRefusedSinceItCouldMeanEverybody(bool hasReason)
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue();
        var (_, other) = api.Issue();
        object body = hasReason ? new { reason = "leak", ownerId = (string?)null } : new { ownerId = (string?)null };

        using var response = await api.PostAsync("/revoke-all", secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.TextAsync()).Should().Contain("ownerId");
        (await api.StatusAsync(other)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task RevokeAll_KeyIsRevokedInTheMiddle_StopsThere()
    {
        await using var api = await ManagementApi.StartAsync();
        var (leaked, secret) = api.Issue();
        await AddAsync(api, "somebody", 300);
        var saves = 0;
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count > 0 && ++saves == 2)
            {
                api.Store.Change(leaked, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
            }
        };

        using var response = await api.PostAsync("/revoke-all", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await ActiveAsync(api)).Count()
            .Should().BeInRange(200, 201, "the key itself can be on the first page of a hundred");
    }

    [Fact]
    public async Task RevokeAll_KeyIsRenamedInTheMiddle_GoesOn()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, secret) = api.Issue();
        await AddAsync(api, "somebody", 300);
        var saves = 0;
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count > 0 && ++saves == 2)
            {
                api.Store.Change(admin, stored => stored with { Name = "Other" });
            }
        };

        using var response = await api.PostAsync("/revoke-all", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await ActiveAsync(api)).Should().Equal(admin.Id);
    }

    [Theory]
    [InlineData("webhook")]
    [InlineData("alert")]
    public async Task DeleteOrAcknowledge_ByAKeyThatIsRevokedAtThatMoment_IsRefused(string what)
    {
        await using var api = await AlertApi.StartAsync();
        var admin = api.Secret();
        var (leaked, secret) = api.Issue();
        var (webhook, _) = await api.AddWebhookAsync(admin, "http://127.0.0.1:9/");
        await api.RaiseAsync("a");
        var alert = (await api.AlertsAsync(admin)).Single().Text("id");
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        api.Store.BeforeAlerts = () =>
        {
            api.Store.BeforeAlerts = () => { };
            api.Store.Change(leaked, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
        };

        using var response = what == "webhook"
            ? await api.SendAsync(HttpMethod.Delete, $"{AlertApi.Webhooks}/{webhook}", secret)
            : await api.PostAsync($"/alerts/{alert}/acknowledge", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await api.ItemsAsync(AlertApi.Webhooks, admin)).Should().ContainSingle();
        (await api.AlertsAsync(admin)).Single().GetProperty("acknowledgedAt").ValueKind.Should()
            .Be(System.Text.Json.JsonValueKind.Null);
    }

    /// <summary>Revokes a key as another process does, without notifying this process.</summary>
    [Theory]
    [InlineData("POST", "/revoke")]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    public async Task Revoked_ByAnotherProcess_IsNotAdmittedOnceItWasAnsweredAsRevoked(string method, string path)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (victim, victimSecret) = api.Issue();
        (await api.StatusAsync(victimSecret)).Should().Be(HttpStatusCode.OK);
        api.Store.Change(victim, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
        (await api.StatusAsync(victimSecret)).Should().Be(HttpStatusCode.OK, "it is still cached");

        using var response = await api.SendAsync(
            new HttpMethod(method), $"{ManagementApi.Keys}/{victim.Id}{path}", secret, method == "PATCH" ? "{}" : null);

        (await response.TextAsync()).Should().Contain("revoked");
        (await api.StatusAsync(victimSecret)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task RevokeAll_KeysThatAnotherProcessRevoked_AreNotAdmittedOnceItIsAnswered()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (cached, cachedSecret) = api.Issue();
        (await api.StatusAsync(cachedSecret)).Should().Be(HttpStatusCode.OK);
        var (read, readSecret) = api.Issue();
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        api.Store.AfterRead = () =>
        {
            started.TrySetResult();
            return release.Task;
        };
        var slow = api.StatusAsync(readSecret);
        await started.Task;
        api.Store.AfterRead = () => Task.CompletedTask;
        foreach (var key in new[] { cached, read })
        {
            api.Store.Change(key, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
        }

        using var response = await api.PostAsync("/revoke-all", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.JsonAsync()).GetProperty("revoked").GetInt32().Should().Be(0);
        (await api.StatusAsync(cachedSecret)).Should().Be(HttpStatusCode.Unauthorized);
        release.SetResult();
        (await slow).Should().Be(HttpStatusCode.Unauthorized, "its read started before");
        (await api.StatusAsync(readSecret)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Cascade_DescendantThatAnotherProcessRevoked_IsNotAdmittedOnceItIsAnswered()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (parent, _) = api.Issue();
        var (child, childSecret) = api.Issue(change: key => key with { CreatedBy = parent.Id });
        (await api.StatusAsync(childSecret)).Should().Be(HttpStatusCode.OK);
        api.Store.Change(child, stored => stored with { RevokedAt = api.Time.GetUtcNow() });

        using var response = await api.PostAsync($"/{parent.Id}/revoke", secret, new { cascade = true });

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(childSecret)).Should().Be(HttpStatusCode.Unauthorized);
    }

    private static void RevokeAtTheNextSave(TestApi api, ApiKey key) => api.Store.BeforeSave = _ =>
    {
        api.Store.BeforeSave = _ => { };
        api.Store.Change(key, stored => stored with { RevokedAt = api.Time.GetUtcNow() });
    };

    private static async Task<List<ApiKey>> AddAsync(TestApi api, string creator, int count)
    {
        var issuer = api.Services.GetRequiredService<ApiKeyIssuer>();
        var keys = Enumerable.Range(0, count)
            .Select(
                i => issuer.Issue(
                    TestApi.Workspace,
                    new CreateApiKeyRequest { Name = $"{i}", Type = ApiKeyTypes.Production },
                    creator).Key).ToList();
        (await api.Store.SaveAsync(new ApiKeyChangeSet { Added = keys }, Token)).Should().Be(ApiKeySaveResult.Saved);
        return keys;
    }

    private static async Task<IEnumerable<string>> ActiveAsync(TestApi api)
    {
        var query = new ApiKeyQuery
        {
            Workspace = TestApi.Workspace,
            Status = ApiKeyStatus.Active,
            Limit = 10_000,
            Now = api.Time.GetUtcNow(),
        };
        return (await api.Store.ListKeysAsync(query, Token)).Select(key => key.Id);
    }
}

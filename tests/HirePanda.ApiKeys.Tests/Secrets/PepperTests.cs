namespace HirePanda.ApiKeys.Tests;

public sealed class PepperTests
{
    private const string Old = "old pepper, at least 32 characters long";
    private const string New = "new pepper, at least 32 characters long";

    [Theory]
    [InlineData(null, New, true, true)]
    [InlineData(null, New, false, false)]
    [InlineData(Old, New, false, true)]
    [InlineData(Old, null, false, false)]
    public async Task VerifyAsync_AfterThePepperChanged_AcceptsWhatThePreviousOnesHashed(
        string? before, string? after, bool acceptUnpeppered, bool accepted)
    {
        await using var old = await TestApi.StartAsync(options => options.Hashing.Pepper = before);
        var (key, secret) = old.Issue();
        await using var api = await TestApi.StartAsync(options =>
        {
            options.Hashing.Pepper = after;
            options.Hashing.AcceptUnpepperedHashes = acceptUnpeppered;
            if (before is not null && after is not null)
            {
                options.Hashing.PreviousPeppers = [before];
            }
        });
        api.Store.Add(key);

        for (var i = 0; i < 3; i++)
        {
            (await api.Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken)).IsValid.Should()
                .Be(accepted);
        }

        api.Store.Reads.Should()
            .Be(1, "candidate hashes go in one call, and the answer is cached under the one that the key has");
    }
}

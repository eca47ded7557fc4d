namespace HirePanda.ApiKeys.Tests;

/// <summary>One running sample for all tests of a class.</summary>
public sealed class RunningSample : IAsyncLifetime
{
    private AppProcess? _app;

    internal AppProcess App => _app!;

    public async ValueTask InitializeAsync() => _app = await AppProcess.StartAsync(AppProcess.SampleDll);

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}

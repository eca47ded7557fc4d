using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// A built application in its own process, as a user runs it. It ends with this process, even if that is killed.
/// </summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Action<string>? _onLine;

    private readonly string _until;
    private readonly Lifeline _lifeline;

    private AppProcess(ProcessStartInfo start, Action<string>? onLine, string until)
    {
        (_onLine, _until) = (onLine, until);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _started.TrySetException(new InvalidOperationException($"The application ended:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _lifeline = new Lifeline(_process.Id, "KILL");
    }

    /// <summary>Gets the id of the process.</summary>
    public int Id => _process.Id;

    public string Output => string.Join('\n', _output);

    /// <summary>Gets the first secret on standard output.</summary>
    public string Secret => SecretsShown[0];

    public IReadOnlyList<string> SecretsShown => [.. Secrets().Matches(Output).Select(match => match.Value)];

    public HttpClient Client { get; private init; } = null!;

    public string Address => Client.BaseAddress!.ToString().TrimEnd('/');

    public static string SampleDll => GetDll("HirePanda.Api");

    /// <summary>Gets the assembly of a sample.</summary>
    public static string GetDll(string sample)
        => Path.Combine(Repository.Root, "samples", sample, "bin", Repository.Configuration, "net10.0", $"{sample}.dll");

    /// <summary>Starts an application and waits for its start message.</summary>
    /// <param name="dll">The assembly.</param>
    /// <param name="folder">The working directory, or null for a new empty folder.</param>
    /// <param name="urlsByEnvironment">true to set the address by an environment variable instead of an argument.</param>
    /// <param name="onLine">The callback for every line of output, or null if there is none.</param>
    /// <param name="until">The line to wait for.</param>
    /// <param name="address">The address to listen on, or null for a free port.</param>
    /// <param name="environment">The environment variables.</param>
    public static Task<AppProcess> StartAsync(
        string dll,
        string? folder = null,
        bool urlsByEnvironment = false,
        Action<string>? onLine = null,
        string until = "Application started",
        string? address = null,
        params (string Name, string Value)[] environment)
        => StartAsync([dll], folder, urlsByEnvironment, onLine, until, address, environment);

    /// <summary>Starts a built project with <c>dotnet run --project</c>, and waits for its start message.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="folder">The working directory of <c>dotnet run</c>.</param>
    public static Task<AppProcess> RunAsync(string project, string folder)
        => StartAsync(
            ["run", "--no-build", "-c", Repository.Configuration, "--project", project, "--"],
            folder,
            false,
            null,
            "Application started",
            null,
            []);

    private static async Task<AppProcess> StartAsync(
        string[] arguments,
        string? folder,
        bool urlsByEnvironment,
        Action<string>? onLine,
        string until,
        string? address,
        (string Name, string Value)[] environment)
    {
        address ??= $"http://127.0.0.1:{Repository.FreePort()}";
        var start = new ProcessStartInfo("dotnet", urlsByEnvironment ? arguments : [.. arguments, "--urls", address])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Directory.CreateTempSubdirectory("hirepanda-app-").FullName,
        };
        if (urlsByEnvironment)
        {
            start.Environment["ASPNETCORE_URLS"] = address;
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var app = new AppProcess(start, onLine, until) { Client = new HttpClient { BaseAddress = new Uri(address) } };
        await app._started.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Asks the process to stop, as an init system does, and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        (await Repository.RunAsync("/bin/sh", ["-c", Repository.Invariant($"kill -TERM {_process.Id}")])).ExitCode.Should().Be(0);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        _lifeline.Dispose();
        return _process.ExitCode;
    }

    /// <summary>Kills the process (SIGKILL), like a crash.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _lifeline.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        _lifeline.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Read(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            _onLine?.Invoke(line);
            if (line.Contains(_until, StringComparison.Ordinal))
            {
                _started.TrySetResult();
            }
        }
    }

    [GeneratedRegex("hp_(live|dev|ci|ana)_[0-9A-Za-z]{36}")]
    private static partial Regex Secrets();
}

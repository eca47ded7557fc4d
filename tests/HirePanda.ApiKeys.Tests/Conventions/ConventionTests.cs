using System.Reflection;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the whole house agrees on.</summary>
public sealed partial class ConventionTests
{
    private static readonly Assembly[] _assemblies = [typeof(ApiKeyVerifier).Assembly, typeof(ApiKey).Assembly];

    private static IEnumerable<Type> PublicTypes => _assemblies.SelectMany(assembly => assembly.GetExportedTypes());

    private static IEnumerable<MethodInfo> PublicMethods => PublicTypes.SelectMany(type
        => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName));

    [Fact]
    public void Classes_AreSealed_UnlessAHostDerivesThem()
        => _assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && type.Namespace?.StartsWith("HirePanda", StringComparison.Ordinal) == true)
            .Where(type => !type.Name.Contains('<'))
            .Should().BeEquivalentTo([typeof(ApiKeyEvents)]);

    [Fact]
    public void Methods_ThatAreAsynchronous_SaySoAndTakeACancellationTokenLast()
    {
        foreach (var method in PublicMethods.Where(method => typeof(Task).IsAssignableFrom(method.ReturnType)
            || method.ReturnType.Name.StartsWith(nameof(ValueTask), StringComparison.Ordinal)))
        {
            method.Name.Should().EndWith("Async");
            if (method.DeclaringType != typeof(ApiKeyEvents))
            {
                method.GetParameters()[^1].ParameterType.Should().Be<CancellationToken>(method.ToString());
            }
        }
    }

    [Fact]
    public void PublicNamespaces_AreTheLibrarysOrMicrosofts()
        => PublicTypes.Select(type => type.Namespace).Distinct().Should().BeSubsetOf(
        [
            "HirePanda.ApiKeys", "Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Authorization",
            "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http",
        ]);

    [Fact]
    public void Abstractions_DependOnTheBaseClassLibraryAlone()
        => typeof(ApiKey).Assembly.GetReferencedAssemblies().Should().OnlyContain(one => one.Name!.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void Folders_AreOneFeatureEachAndOneLevelDeep()
    {
        var folders = Directory.GetDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).ToList();

        folders.Should().NotContain(["Helpers", "Utils", "Models", "Infrastructure"]);
        folders.SelectMany(folder => Directory.GetDirectories(Path.Combine(Source, folder!))).Should().BeEmpty();
    }

    /// <summary>The arrows between the rooms: who may name whose types.</summary>
    [Fact]
    public void Rooms_CallOnlyWhomTheyMay()
    {
        var allowed = new Dictionary<string, string[]>
        {
            ["Secrets"] = ["Catalog"],
            ["Networks"] = [],
            ["RateLimiting"] = [],
            ["Catalog"] = ["RateLimiting"],
            ["Background"] = ["Telemetry"],
            ["Usage"] = ["Background", "Options", "Telemetry"],
            ["Lookup"] = ["Background", "Secrets", "Networks", "RateLimiting", "Catalog", "Options", "Usage", "Telemetry"],
            ["Verification"] = ["Secrets", "Networks", "RateLimiting", "Catalog", "Lookup", "Options", "Telemetry"],
            ["Answers"] = ["Verification"],
            ["Alerts"] = ["Background", "Networks", "Options", "Telemetry", "Usage", "Verification"],
        };
        var owners = Directory.GetDirectories(Source).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs").SelectMany(file => TypeDeclaration().Matches(File.ReadAllText(file))
                .Select(match => (Type: match.Groups[1].Value, Room: Path.GetFileName(folder)))))
            .DistinctBy(one => one.Type).ToDictionary(one => one.Type, one => one.Room);
        foreach (var (room, callees) in allowed)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Source, room), "*.cs"))
            {
                var code = Comments().Replace(File.ReadAllText(file), "");
                var foreign = Identifiers().Matches(code).Select(match => match.Value).Where(owners.ContainsKey).Select(name => owners[name])
                    .Distinct().Where(owner => owner != room);
                foreign.Should().BeSubsetOf(callees, $"{room}/{Path.GetFileName(file)} may call no other room");
            }
        }
    }

    private static string Source => Path.Combine(Repository.Root, "src", "HirePanda.ApiKeys");

    [GeneratedRegex(@"(?:class|record struct|record|struct|interface|enum) (\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comments();

    /// <summary>What follows <c>?.</c> is a member, never a type.</summary>
    [GeneratedRegex(@"(?<!\?\.)\b[A-Z]\w+\b")]
    private static partial Regex Identifiers();
}

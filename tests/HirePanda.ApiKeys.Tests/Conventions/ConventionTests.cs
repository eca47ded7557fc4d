using System.Reflection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The conventions of the whole library.</summary>
public sealed class ConventionTests
{
    private static readonly Assembly[] _assemblies = [typeof(ApiKeyVerifier).Assembly, typeof(ApiKey).Assembly];

    private static IEnumerable<Type> PublicTypes => _assemblies.SelectMany(assembly => assembly.GetExportedTypes());

    private static IEnumerable<MethodInfo> PublicMethods => PublicTypes.SelectMany(type
        => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsSpecialName));

    [Fact]
    public void Classes_AreSealed_UnlessAHostDerivesThem()
        => _assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(
                type => type is { IsClass: true, IsSealed: false, IsAbstract: false }
                    && type.Namespace?.StartsWith("HirePanda", StringComparison.Ordinal) == true)
            .Where(type => !type.Name.Contains('<'))
            .Should().BeEquivalentTo([typeof(ApiKeyEvents), typeof(ApiKeyPageOptions)]);

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
            "HirePanda.ApiKeys", "HirePanda.ApiKeys.Stores", "Microsoft.Extensions.DependencyInjection",
            "Microsoft.Extensions.Hosting", "Microsoft.AspNetCore.Authorization",
            "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http",
        ]);

    [Fact]
    public void Abstractions_DependOnTheBaseClassLibraryAlone()
        => typeof(ApiKey).Assembly.GetReferencedAssemblies()
            .Should().OnlyContain(reference => reference.Name!.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void Folders_AreOneFeatureEachAndOneLevelDeep()
    {
        var folders = Directory.GetDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"))
            .ToList();

        folders.Should().NotContain(["Helpers", "Utils", "Models", "Infrastructure"]);
        folders.SelectMany(folder => Directory.GetDirectories(Path.Combine(Source, folder!))).Should().BeEmpty();
    }

    [Fact]
    public void Lines_AreNoLongerThanTheFormatterAllows()
        => new[] { "src", "samples", "tests" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(
                file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar)
                    .Any(part => part is "bin" or "obj"))
            .SelectMany(
                file => File.ReadLines(file)
                    .Select((line, index) => (File: Path.GetFileName(file), Line: index + 1, line.Length)))
            .Where(line => line.Length > 130).Should().BeEmpty();

    private static string Source => Path.Combine(Repository.Root, "src", "HirePanda.ApiKeys");
}

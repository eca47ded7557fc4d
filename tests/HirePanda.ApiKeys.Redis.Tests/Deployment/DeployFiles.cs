using System.Text.Json;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace HirePanda.ApiKeys.Tests;

/// <summary>An alert rule.</summary>
internal sealed record AlertRule(string Name, string Expression, JsonElement Rule);

/// <summary>Reads the files in <c>deploy/</c>, and runs the programs that check them.</summary>
internal static partial class DeployFiles
{
    public static string Promtool => Variable("HIREPANDA_PROMTOOL");

    /// <summary>Gets the folder of the npm packages that contain the schemas.</summary>
    public static string Schemas => Variable("HIREPANDA_SCHEMAS");

    public static JsonElement Compose => ReadYaml("compose.yml");

    public static IReadOnlyList<AlertRule> Alerts =>
    [
        .. ReadYaml("prometheus-rules.yml").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(rule => new AlertRule(Text(rule, "alert"), Text(rule, "expr"), rule)),
    ];

    /// <summary>Gets the manifests. Reading them fails if a member is not one of Kubernetes.</summary>
    public static IReadOnlyList<object> Manifests => KubernetesYaml.LoadAllFromString(Read("kubernetes.yaml"), strict: true);

    /// <summary>Gets how long Kubernetes waits for the answer to a readiness probe.</summary>
    public static TimeSpan ReadinessTimeout => TimeSpan.FromSeconds(
        Manifests.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers.Single().ReadinessProbe.TimeoutSeconds!.Value);

    /// <summary>Gets the page that describes the files.</summary>
    public static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "scale-out.md"));

    public static string GetPath(string name) => Path.Combine(Repository.Root, "deploy", name);

    public static string Read(string name) => File.ReadAllText(GetPath(name));

    public static JsonElement ReadYaml(string name)
    {
        var parser = new MergingParser(new Parser(new StringReader(Read(name))));
        var content = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(parser);
        return JsonDocument.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(content)).RootElement;
    }

    public static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    /// <summary>Finds the metrics of the library in an expression, each with one of the labels that it asks for.</summary>
    public static IEnumerable<(string Metric, string Label)> FindMetrics(string expression)
        => from Match match in Metric().Matches(expression)
           let label = match.Groups["label"].Value
           from value in match.Groups["values"].Value.Split('|')
           select (match.Groups["metric"].Value, label.Length == 0 ? "" : $"{label}=\"{value}\"");

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set: ./test.sh gets what it names and sets it.");

    [GeneratedRegex("""(?<metric>\bhirepanda_\w+)(?:\{(?<label>\w+)(?:=|!=|=~|!~)"(?<values>[^"]*)"\})?(?=\[|\))""")]
    private static partial Regex Metric();
}

using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The options of a command, in the form <c>--name value</c>.</summary>
internal sealed class Arguments(IReadOnlyList<string> arguments)
{
    public string? Text(string name)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] == "--" + name)
            {
                return arguments[i + 1];
            }
        }

        return null;
    }

    public int Number(string name, int defaultValue)
        => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : defaultValue;

    public bool Has(string name) => arguments.Contains("--" + name);
}

using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>Collects the errors of options. Every message starts with the option's path in configuration.</summary>
internal sealed class OptionErrors
{
    public List<string> Messages { get; } = [];

    public void Add(string message) => Messages.Add(message);

    public void CheckRange(string path, double value, double min, double max)
    {
        // The negated condition also reports NaN.
        if (!(value >= min && value <= max))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{path} must be from {min} to {max}, but it is {value}."));
        }
    }

    public void CheckRange(string path, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            Add($"{path} must be from {min} to {max}, but it is {value}.");
        }
    }
}

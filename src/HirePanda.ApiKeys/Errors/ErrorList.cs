using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>Collects what is wrong with an input, by field; the first few, so that no answer grows with its request.</summary>
internal sealed class ErrorList
{
    private const int Max = 20;
    private const int MaxField = 200;

    private readonly List<ApiKeyErrorDetail> _details = [];

    public bool IsEmpty => _details.Count == 0;

    public void Add(string field, string message)
    {
        if (_details.Count < Max)
        {
            // A member that nobody knows may have any name.
            _details.Add(ApiKeyErrorDetail.New(field.Length <= MaxField ? field : field[..MaxField] + "…", message));
        }
    }

    public IReadOnlyList<ApiKeyErrorDetail> Details => [.. _details];

    public ApiKeyError ToError() => ApiKeyError.InvalidRequest([.. _details]);

    /// <summary>The path of an item of a list.</summary>
    public static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
}

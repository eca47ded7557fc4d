using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>Collects the first 20 errors of an input. The limit keeps the response small for every request.</summary>
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
            // An unknown member can have a name of any length.
            _details.Add(ApiKeyErrorDetail.New(field.Length <= MaxField ? field : field[..MaxField] + "…", message));
        }
    }

    public IReadOnlyList<ApiKeyErrorDetail> Details => [.. _details];

    public ApiKeyError ToError() => ApiKeyError.InvalidRequest([.. _details]);

    /// <summary>Gets the JSON path of an item in a list.</summary>
    public static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
}

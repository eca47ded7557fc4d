using System.ComponentModel;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page says that answers a form which was sent twice.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="KeyId">The id of the key that the first form made.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AlreadyDone(string Heading, string KeyId)
{
    internal static PageAnswer Create(string heading, string keyId)
        => PageAnswer.Create<AlreadyDonePage>(
            "Error: " + heading, new AlreadyDone(heading, keyId), StatusCodes.Status409Conflict);
}

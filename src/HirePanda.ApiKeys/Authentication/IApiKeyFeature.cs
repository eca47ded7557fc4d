using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>Provides the verdict about a request's API key. Tests can set their own feature.</summary>
    public interface IApiKeyFeature
    {
        /// <summary>Gets the verdict about the request's credential.</summary>
        ApiKeyVerdict Verdict { get; }
    }
}

namespace Microsoft.AspNetCore.Http
{
    /// <summary>Provides access to the API key of a request.</summary>
    public static class ApiKeyHttpContextExtensions
    {
        /// <summary>Gets the key that a request was authenticated with.</summary>
        /// <param name="context">The request.</param>
        /// <returns>The key, or null if the request does not have a key or its key was refused.</returns>
        public static ApiKey? GetApiKey(this HttpContext context)
        {
            ArgumentNullException.ThrowIfNull(context);
            return context.Features.Get<IApiKeyFeature>() is { Verdict: { IsValid: true } verdict } ? verdict.Key : null;
        }
    }
}
